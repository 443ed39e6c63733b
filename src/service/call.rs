//! A request under way, for a caller that does the waiting: it is told what to do, does it, and says what came of it.
//!
//! The service is written with `async`; whoever runs it need not be. A step answers at once, which is all that a request
//! needs whose policy and key are remembered; and no promise of another world hangs on a future of this one.

use super::http::{HttpRequest, HttpResponse};
use super::platform::{FetchedPlaylist, Platform};
use super::server::Service;
use super::store::{Batch, Range, Row, Store, Versioned};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretBytes;
use crate::token::JsonWebKeySet;
use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What the service wants done; each is a method of [`Platform`] or [`Store`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Ask {
    /// [`Store::get`]; the answer is [`Reply::Values`].
    Get(Vec<String>),
    /// [`Store::list`]; [`Reply::Rows`].
    List(Range),
    /// [`Store::count`]; [`Reply::Count`].
    Count(Range),
    /// [`Store::commit`]; [`Reply::Committed`].
    Commit(Batch),
    /// [`Platform::unwrap`]; [`Reply::Bytes`].
    Unwrap {
        /// Number of the protection key.
        protection_key: usize,
        /// The wrapped key.
        wrapped: Vec<u8>,
    },
    /// [`Platform::key_set`]; [`Reply::KeySet`].
    KeySet {
        /// Address of the discovery document.
        discovery_uri: String,
        /// Whether the provider is to be asked again.
        is_refresh: bool,
    },
    /// [`Platform::fetch_playlist`]; [`Reply::Playlist`].
    FetchPlaylist(String),
    /// [`Platform::pause`], in milliseconds; [`Reply::Paused`].
    Pause(u32),
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reply {
    /// Values in the order of their keys.
    Values(Vec<Option<Versioned>>),
    /// Rows of a range.
    Rows(Vec<Row>),
    /// A number of rows.
    Count(u64),
    /// Whether a batch was written.
    Committed(bool),
    /// A clear key.
    Bytes(SecretBytes),
    /// A key set.
    KeySet(JsonWebKeySet),
    /// A playlist.
    Playlist(FetchedPlaylist),
    /// Time has passed.
    Paused,
    /// It could not be done.
    Failed(Error),
}

/// Where a request stands.
#[derive(Debug)]
pub enum Step {
    /// Do this, and go on with its reply.
    Ask(Ask),
    /// It is answered.
    Done(HttpResponse),
}

/// A request under way.
pub struct Call {
    future: Pin<Box<dyn Future<Output = HttpResponse>>>,
    desk: Rc<Desk>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

/// Fills with random bytes.
pub type Random = fn(&mut [u8]) -> Result<()>;

/// Between the service, which waits for replies, and the caller, who brings them. One thing is asked at a time.
struct Desk {
    ask: RefCell<Option<Ask>>,
    reply: RefCell<Option<Reply>>,
    random: Random,
}

impl Call {
    /// Takes a request up; nothing happens before the first [`Call::step`].
    #[must_use]
    pub fn new(service: Rc<Service>, request: HttpRequest, random: Random) -> Self {
        let desk = Rc::new(Desk { ask: RefCell::default(), reply: RefCell::default(), random });
        let platform = Rc::clone(&desk);
        let future = Box::pin(async move { service.handle(&*platform, &request).await });
        Self { future, desk }
    }

    /// Goes on, with the reply to what was asked last; `None` at first.
    ///
    /// # Errors
    /// `internal` where a reply is missing: nothing can go on without.
    pub fn step(&mut self, reply: Option<Reply>) -> Result<Step> {
        *self.desk.reply.borrow_mut() = reply;
        match self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => Ok(Step::Done(response)),
            Poll::Pending => self.desk.ask.borrow_mut().take().map(Step::Ask).ok_or_else(wrong_reply),
        }
    }
}

impl Desk {
    async fn ask(&self, ask: Ask) -> Result<Reply> {
        *self.ask.borrow_mut() = Some(ask);
        let reply = poll_fn(|_| match self.reply.borrow_mut().take() {
            Some(reply) => Poll::Ready(reply),
            None => Poll::Pending,
        });
        match reply.await {
            Reply::Failed(error) => Err(error),
            reply => Ok(reply),
        }
    }
}

/// The platform's own mistake, not the client's.
fn wrong_reply() -> Error {
    Error::new(ErrorCode::StoreUnavailable, "the platform gave no fitting reply")
}

impl Store for Desk {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<Versioned>>> {
        match self.ask(Ask::Get(keys.to_vec())).await? {
            Reply::Values(values) if values.len() == keys.len() => Ok(values),
            _ => Err(wrong_reply()),
        }
    }

    async fn list(&self, range: &Range) -> Result<Vec<Row>> {
        let Reply::Rows(rows) = self.ask(Ask::List(range.clone())).await? else { return Err(wrong_reply()) };
        Ok(rows)
    }

    async fn count(&self, range: &Range) -> Result<u64> {
        let Reply::Count(count) = self.ask(Ask::Count(range.clone())).await? else { return Err(wrong_reply()) };
        Ok(count)
    }

    async fn commit(&self, batch: Batch) -> Result<bool> {
        let Reply::Committed(is_done) = self.ask(Ask::Commit(batch)).await? else { return Err(wrong_reply()) };
        Ok(is_done)
    }
}

impl Platform for Desk {
    fn fill_random(&self, bytes: &mut [u8]) -> Result<()> {
        (self.random)(bytes)
    }

    async fn unwrap(&self, protection_key: usize, wrapped: &[u8]) -> Result<SecretBytes> {
        let ask = Ask::Unwrap { protection_key, wrapped: wrapped.to_vec() };
        let Reply::Bytes(bytes) = self.ask(ask).await? else { return Err(wrong_reply()) };
        Ok(bytes)
    }

    async fn key_set(&self, discovery_uri: &str, is_refresh: bool) -> Result<JsonWebKeySet> {
        let ask = Ask::KeySet { discovery_uri: discovery_uri.to_owned(), is_refresh };
        let Reply::KeySet(key_set) = self.ask(ask).await? else { return Err(wrong_reply()) };
        Ok(key_set)
    }

    async fn pause(&self, milliseconds: u32) {
        // If nobody can wait, nobody has to.
        let _ = self.ask(Ask::Pause(milliseconds)).await;
    }

    async fn fetch_playlist(&self, url: &str) -> Result<FetchedPlaylist> {
        let Reply::Playlist(playlist) = self.ask(Ask::FetchPlaylist(url.to_owned())).await? else {
            return Err(wrong_reply());
        };
        Ok(playlist)
    }
}
