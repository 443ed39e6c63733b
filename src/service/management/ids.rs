//! The ids of new entities.

use super::context::Context;
use super::path::EntityRef;
use super::refusal::Refusal;
use crate::id::{EntityId, Guid};
use crate::service::EntitySet;
use crate::service::platform::Platform;

/// The id that a client gives, or a new one where it gives none.
pub(super) fn of_new<P: Platform>(
    context: &Context<'_, P>,
    set: EntitySet,
    given: Option<&str>,
) -> Result<EntityRef, Refusal> {
    let id = match given {
        Some(given) => EntityId::parse(set.kind(), given).map_err(|error| error.at("Id"))?,
        None => {
            let mut bytes = [0; 16];
            context.platform.fill_random(&mut bytes)?;
            EntityId::new(set.kind(), Guid::from_random_bytes(bytes))
        }
    };
    if id.guid().is_all_zero() {
        return Err(Refusal::new(400, "id.all_zero", "the all-zero GUID cannot identify an entity (at Id)"));
    }
    Ok(EntityRef { set, id: id.to_string() })
}
