//! The key service: one request in, one answer out.

use super::deliver;
use super::http::{Address, HttpRequest, HttpResponse};
use super::management;
use super::platform::Platform;
use super::settings::Settings;

/// The key service. It keeps nothing but caches: everything that lasts is in the platform's store.
#[derive(Debug)]
pub struct Service {
    settings: Settings,
    caches: deliver::Caches,
}

impl Service {
    /// A service with nothing remembered yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, caches: deliver::Caches::default() }
    }

    /// Answers a request. Nothing that a request can say makes it fail: what goes wrong is an answer, too.
    pub async fn handle<P: Platform>(&self, platform: &P, request: &HttpRequest) -> HttpResponse {
        let address = request.address();
        let is_api = is_api_path(address.path);
        let hosts = if is_api { &self.settings.admin_hosts } else { &self.settings.delivery_hosts };
        let is_entry = is_api && self.settings.redirect(address).is_some();
        if !is_entry && !hosts.is_empty() && !is_listed(hosts, address) {
            return deliver::not_found();
        }
        match is_api {
            true => management::handle(&self.settings, &self.caches, platform, request).await,
            false => deliver::handle(&self.settings, &self.caches, platform, request).await,
        }
    }
}

/// `/api` and what is below it, in any letter case; clients also percent-encode the slash after it.
fn is_api_path(path: &str) -> bool {
    let Some((head, rest)) = path.split_at_checked(4) else { return false };
    let ends =
        rest.is_empty() || rest.starts_with('/') || rest.get(..3).is_some_and(|at| at.eq_ignore_ascii_case("%2f"));
    head.eq_ignore_ascii_case("/api") && ends
}

fn is_listed(hosts: &[String], address: Address<'_>) -> bool {
    hosts.iter().any(|host| host.eq_ignore_ascii_case(address.host))
}
