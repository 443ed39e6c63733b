//! The members of the entities: their types, who sets them, and which can be looked up.

use crate::service::EntitySet;

/// The type of a member, as `$metadata` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edm {
    /// `Edm.String`
    Text,
    /// `Edm.Int32`; clients also send it as a text.
    Int32,
    /// `Edm.DateTime`: `2015-02-04T02:37:46.9684379Z`
    DateTime,
    /// The list of an option's restrictions.
    Restrictions,
}

/// Who sets a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetBy {
    /// The client, or the service where the client says nothing; it never changes.
    Creation,
    /// The client, at any time.
    Client,
    /// The service.
    Service,
}

/// A member of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) edm: Edm,
    pub(super) set_by: SetBy,
    /// Whether rows lead from its values to entities.
    pub(super) is_indexed: bool,
}

const fn member(name: &'static str, edm: Edm, set_by: SetBy) -> Member {
    Member { name, edm, set_by, is_indexed: false }
}

const fn indexed(name: &'static str, edm: Edm, set_by: SetBy) -> Member {
    Member { name, edm, set_by, is_indexed: true }
}

/// The members of a set's entities, in the order in which they are written. The seeds have them so.
pub(super) const fn members(set: EntitySet) -> &'static [Member] {
    use Edm::{DateTime, Int32, Restrictions, Text};
    use SetBy::{Client, Creation, Service};
    match set {
        EntitySet::Assets => {
            const {
                &[
                    member("Id", Text, Creation),
                    member("State", Int32, Service),
                    indexed("Created", DateTime, Service),
                    member("LastModified", DateTime, Service),
                    member("AlternateId", Text, Client),
                    indexed("Name", Text, Client),
                    member("Options", Int32, Creation),
                ]
            }
        }
        EntitySet::ContentKeys => {
            const {
                &[
                    member("Id", Text, Creation),
                    indexed("Created", DateTime, Service),
                    member("LastModified", DateTime, Service),
                    member("ContentKeyType", Int32, Creation),
                    member("EncryptedContentKey", Text, Client),
                    indexed("Name", Text, Client),
                    member("ProtectionKeyId", Text, Client),
                    member("ProtectionKeyType", Int32, Client),
                    member("Checksum", Text, Client),
                    indexed("AuthorizationPolicyId", Text, Client),
                    member("TrackIdentifiers", Text, Client),
                ]
            }
        }
        EntitySet::ContentKeyAuthorizationPolicies => {
            const { &[member("Id", Text, Creation), indexed("Name", Text, Client)] }
        }
        EntitySet::ContentKeyAuthorizationPolicyOptions => {
            const {
                &[
                    member("Id", Text, Creation),
                    indexed("Name", Text, Client),
                    member("KeyDeliveryType", Int32, Client),
                    member("KeyDeliveryConfiguration", Text, Client),
                    member("Restrictions", Restrictions, Client),
                ]
            }
        }
        EntitySet::AssetDeliveryPolicies => {
            const {
                &[
                    member("Id", Text, Creation),
                    indexed("Name", Text, Client),
                    member("AssetDeliveryProtocol", Int32, Client),
                    member("AssetDeliveryPolicyType", Int32, Client),
                    member("AssetDeliveryConfiguration", Text, Client),
                    indexed("Created", DateTime, Service),
                    member("LastModified", DateTime, Service),
                ]
            }
        }
    }
}
