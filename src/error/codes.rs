//! The registry of error codes. The TypeScript union in `index.d.ts` lists the same; a test holds the two together.

macro_rules! error_codes {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        /// Stable, machine-readable reasons. `as_str` gives the text that users match on: the room, a dot, the reason.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])+ $variant,)+ }

        impl ErrorCode {
            /// Every code there is, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable text of the code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

error_codes! {
    /// A required argument or member is absent.
    ArgumentMissing = "argument.missing",
    /// An argument is of the wrong JavaScript type, such as a string where bytes belong.
    ArgumentWrongType = "argument.wrong_type",
    /// An options object has a member that nothing reads: usually a misspelling.
    ArgumentUnknownMember = "argument.unknown_member",
    /// A number, or a name out of a list, outside what is allowed.
    ArgumentOutOfRange = "argument.out_of_range",
    /// An input beyond the documented size.
    ArgumentTooLong = "argument.too_long",
    /// An id that is the empty text.
    IdEmpty = "id.empty",
    /// An entity id without, or with another entity's, prefix.
    IdWrongPrefix = "id.wrong_prefix",
    /// The part of an id that should be a GUID is not one.
    IdNotAGuid = "id.not_a_guid",
    /// The all-zero GUID where a real one is needed.
    IdAllZero = "id.all_zero",
    /// Key bytes of a length that their type does not have.
    KeyWrongLength = "key.wrong_length",
    /// A content key type that does not exist.
    KeyUnknownType = "key.unknown_type",
    /// A content key type that clients may not create.
    KeyNotImportable = "key.not_importable",
    /// A PlayReady key seed of fewer than 30 bytes.
    KeySeedTooShort = "key.seed_too_short",
    /// Text that is not base64.
    Base64Invalid = "base64.invalid",
    /// Bytes that are not a DER X.509 certificate.
    CertificateNotACertificate = "certificate.not_a_certificate",
    /// A certificate whose key is not RSA.
    CertificateNotRsa = "certificate.not_rsa",
    /// An RSA key outside 1024 to 8192 bits, or with an unusable exponent.
    CertificateUnsupportedKeySize = "certificate.unsupported_key_size",
    /// More bytes than OAEP carries under this key.
    WrapKeyTooLong = "wrap.key_too_long",
    /// The RSA operation failed for a reason that says nothing about the key.
    WrapFailed = "wrap.failed",
    /// The wrapped key does not unwrap. What was wrong is not said: it would help to find out keys.
    UnwrapFailed = "unwrap.failed",
    /// A private key that cannot be read.
    UnwrapBadPrivateKey = "unwrap.bad_private_key",
    /// A PFX file does not open.
    PfxWrongPasswordOrDamaged = "pfx.wrong_password_or_damaged",
    /// A PFX file with a scheme that is not read here.
    PfxUnsupported = "pfx.unsupported",
    /// A PFX file with certificates alone.
    PfxNoPrivateKey = "pfx.no_private_key",
    /// File encryption keys are of another length.
    FileWrongKeyLength = "file.wrong_key_length",
    /// An initialization vector of the wrong length or that is not a number.
    FileBadIv = "file.bad_iv",
    /// A negative position, or one beyond what a file can have.
    FileBadOffset = "file.bad_offset",
    /// The same initialization vector for another file of the same key.
    FileIvReused = "file.iv_reused",
    /// Nothing to encrypt.
    FileEmpty = "file.empty",
    /// The ciphertext does not decrypt: its length or padding is wrong.
    FileDecryptFailed = "file.decrypt_failed",
    /// More after the end, or an end that came twice.
    FileFinished = "file.finished",
    /// The platform gave no randomness.
    RandomUnavailable = "random.unavailable",
    /// An empty text where XML belongs.
    XmlEmpty = "xml.empty",
    /// Not well-formed XML.
    XmlMalformed = "xml.malformed",
    /// A document type declaration, which is never read.
    XmlDtdRefused = "xml.dtd_refused",
    /// More bytes than the reader takes.
    XmlTooLarge = "xml.too_large",
    /// Nested deeper than the reader follows.
    XmlTooDeep = "xml.too_deep",
    /// More attributes on one element than the reader takes.
    XmlTooManyAttributes = "xml.too_many_attributes",
    /// More elements than the reader takes.
    XmlTooManyElements = "xml.too_many_elements",
    /// An entity reference other than the five of XML.
    XmlUnknownEntity = "xml.unknown_entity",
    /// A character that XML 1.0 does not allow.
    XmlBadCharacter = "xml.bad_character",
    /// The document is XML, but not a token restriction.
    TokenRestrictionWrongRoot = "token_restriction.wrong_root",
    /// A required element is absent.
    TokenRestrictionMissingElement = "token_restriction.missing_element",
    /// An issuer, an audience or a claim type without text.
    TokenRestrictionEmptyValue = "token_restriction.empty_value",
    /// A verification key whose `i:type` is absent, abstract or unknown.
    TokenRestrictionUnknownKeyType = "token_restriction.unknown_key_type",
    /// An element whose value cannot be read, such as a key that is not base64.
    TokenRestrictionBadValue = "token_restriction.bad_value",
    /// A token type other than SWT and JWT.
    TokenRestrictionUnknownTokenType = "token_restriction.unknown_token_type",
    /// Neither a primary verification key nor a discovery document.
    TokenRestrictionNoKeyAndNoDiscovery = "token_restriction.no_key_and_no_discovery",
    /// An issuer, audience or discovery address that must be an absolute URI and is not.
    TokenRestrictionNotAnAbsoluteUri = "token_restriction.not_an_absolute_uri",
    /// The document is XML, but not a PlayReady licence template.
    PlayReadyWrongRoot = "playready.wrong_root",
    /// A type in the namespace that a slip of the published documentation made; the lenient reader mends it.
    PlayReadyHttpsSchemaInstance = "playready.https_schema_instance",
    /// A required element is absent, or stands where the strict reader does not see it.
    PlayReadyMissingElement = "playready.missing_element",
    /// A template without a licence.
    PlayReadyNoLicenseTemplates = "playready.no_license_templates",
    /// A licence that is nil.
    PlayReadyNilLicense = "playready.nil_license",
    /// A licence without a content key.
    PlayReadyMissingContentKey = "playready.missing_content_key",
    /// A content key whose `i:type` is absent, abstract or unknown.
    PlayReadyUnknownContentKeyType = "playready.unknown_content_key_type",
    /// A key identifier of all zeros.
    PlayReadyAllZeroKeyIdentifier = "playready.all_zero_key_identifier",
    /// A licence without a play right.
    PlayReadyMissingPlayRight = "playready.missing_play_right",
    /// A value that is not of its type, such as a boolean in capitals.
    PlayReadyBadValue = "playready.bad_value",
    /// A text that is not a date with a time.
    PlayReadyBadDate = "playready.bad_date",
    /// A text that is not a duration.
    PlayReadyBadDuration = "playready.bad_duration",
    /// An output protection level that does not exist.
    PlayReadyBadOpl = "playready.bad_opl",
    /// Output control bits other than 0 to 3.
    PlayReadyBadTwoBit = "playready.bad_two_bit",
    /// A name out of none of the lists, letter case included.
    PlayReadyUnknownName = "playready.unknown_name",
    /// Passing to unknown outputs, and digital outputs only.
    PlayReadyUnknownOutputWithDigitalVideoOnly = "playready.unknown_output_with_digital_video_only",
    /// A begin date and a relative one.
    PlayReadyTwoBeginDates = "playready.two_begin_dates",
    /// An expiration date and a relative one.
    PlayReadyTwoExpirationDates = "playready.two_expiration_dates",
    /// A first play expiration on a licence that is not stored.
    PlayReadyFirstPlayOnNonpersistent = "playready.first_play_on_nonpersistent",
    /// A grace period on a licence that is not stored.
    PlayReadyGracePeriodOnNonpersistent = "playready.grace_period_on_nonpersistent",
    /// A begin date on a licence that is not stored.
    PlayReadyBeginDateOnNonpersistent = "playready.begin_date_on_nonpersistent",
    /// An expiration date on a licence that is not stored.
    PlayReadyExpirationDateOnNonpersistent = "playready.expiration_date_on_nonpersistent",
    /// An element to be carried along that cannot be.
    PlayReadyBadUnknownElement = "playready.bad_unknown_element",
    /// Bytes that are no compiled policy, or one of another version, or damaged.
    CompiledPolicyInvalid = "compiled_policy.invalid",
    /// A verification key that cannot verify anything.
    VerificationKeyInvalid = "verification_key.invalid",
    /// A JSON Web Key that is not RSA.
    VerificationKeyUnsupportedJwk = "verification_key.unsupported_jwk",
    /// A token that the key doctor cannot look at.
    VerificationKeyTokenUnreadable = "verification_key.token_unreadable",
    /// An entry of an address list that is no network.
    IpRestrictionBadNetwork = "ip_restriction.bad_network",
    /// Times that a key change cannot be planned with.
    RolloverBadTimes = "rollover.bad_times",
    /// A plan for a key change without one of its steps.
    RolloverIncomplete = "rollover.incomplete",
    /// A plan for a key change in which a valid token would be refused.
    RolloverRefusesValidTokens = "rollover.refuses_valid_tokens",
    /// An option whose restriction or delivery type cannot be used.
    PolicyBadOption = "policy.bad_option",
    /// A symmetric key is needed and the policy's is not.
    VerificationKeyNotSymmetric = "verification_key.not_symmetric",
    /// Claims for a test token that it cannot carry.
    MintBadClaims = "mint.bad_claims",
    /// A text that is no token of either type.
    InspectUnreadable = "inspect.unreadable",
    /// A Widevine message that is not JSON.
    WidevineNotJson = "widevine.not_json",
    /// A Widevine message that is JSON and not an object.
    WidevineNotAnObject = "widevine.not_an_object",
    /// A member of a Widevine message whose value does not exist.
    WidevineBadValue = "widevine.bad_value",
    /// A FairPlay configuration that is not JSON.
    FairplayNotJson = "fairplay.not_json",
    /// A FairPlay configuration without one of its members.
    FairplayMissingMember = "fairplay.missing_member",
    /// A member of a FairPlay configuration whose value cannot be read.
    FairplayBadValue = "fairplay.bad_value",
    /// An initialization vector that is not 16 bytes in hexadecimal.
    FairplayBadIv = "fairplay.bad_iv",
    /// A delivery configuration that is not JSON.
    AssetDeliveryNotJson = "asset_delivery.not_json",
    /// An entry of a delivery configuration that cannot be read.
    AssetDeliveryBadValue = "asset_delivery.bad_value",
    /// A number that no entry of a delivery configuration has.
    AssetDeliveryUnknownKey = "asset_delivery.unknown_key",
    /// A delivery configuration that says something twice.
    AssetDeliveryDuplicateKey = "asset_delivery.duplicate_key",
    /// A delivery policy whose content key is not linked to the asset.
    AssetDeliveryMissingContentKey = "asset_delivery.missing_content_key",
    /// A v3 policy that is not JSON.
    V3NotJson = "v3.not_json",
    /// A v3 policy without one of its members.
    V3MissingMember = "v3.missing_member",
    /// A member of a v3 policy whose value cannot be read.
    V3BadValue = "v3.bad_value",
    /// An `@odata.type` that is not one of a policy's.
    V3UnknownType = "v3.unknown_type",
    /// A secret that the v3 policy was answered without.
    V3SecretMissing = "v3.secret_missing",
    /// Something that only one of the two versions can say.
    V3NoCounterpart = "v3.no_counterpart",
    /// An option of several restrictions, of which v3 has one.
    V3SeveralRestrictions = "v3.several_restrictions",
    /// An option without a restriction.
    V3NoRestriction = "v3.no_restriction",
    /// A licence option without its template.
    V3MissingConfiguration = "v3.missing_configuration",
    /// The secrets that a FairPlay option of v2 names by id, and v3 holds, were not given.
    V3FairplaySecretsMissing = "v3.fairplay_secrets_missing",
    /// The content keys that a FairPlay option of v2 names, and its initialization vector, were not given.
    V3FairplayKeysMissing = "v3.fairplay_keys_missing",
    /// The policy ties tokens to a content key and none was named.
    MintKeyIdRequired = "mint.key_id_required",
    /// A token that would never be valid.
    MintBadLifetime = "mint.bad_lifetime",
    /// An entity set that this API does not have.
    EntityUnknownSet = "entity.unknown_set",
    /// An entity body that is not JSON.
    EntityNotJson = "entity.not_json",
    /// An entity with a missing, unknown or ill-typed member.
    EntityInvalid = "entity.invalid",
    /// An API root that is not an absolute http or https URL ending with a slash.
    EntityBadRoot = "entity.bad_root",
    /// A navigation that the entity does not have.
    EntityUnknownNavigation = "entity.unknown_navigation",
    /// The decision does not allow delivery.
    DeliverNotAllowed = "deliver.not_allowed",
    /// A key of a type that is never delivered in the clear.
    DeliverNotDeliverable = "deliver.not_deliverable",
    /// The decision was made for another content key.
    DeliverWrongKey = "deliver.wrong_key",
    /// A request for a key that names none, or more than one.
    DeliverBadRequest = "deliver.bad_request",
    /// Keys are not asked for by this method.
    DeliverMethodNotAllowed = "deliver.method_not_allowed",
    /// The body of a request for a key is too long.
    DeliverTooLarge = "deliver.too_large",
    /// There is no content key of that id.
    DeliverUnknownKey = "deliver.unknown_key",
    /// The content key has no authorization policy, so nobody may have it.
    DeliverNoPolicy = "deliver.no_policy",
    /// The key's policy cannot be used as it is stored.
    DeliverPolicyUnusable = "deliver.policy_unusable",
    /// The key cannot be unwrapped here.
    DeliverUnwrapFailed = "deliver.unwrap_failed",
    /// The key that was unwrapped does not have the stored checksum.
    DeliverChecksumMismatch = "deliver.checksum_mismatch",
    /// An explanation was asked for without a manager's token.
    DeliverNotAdmin = "deliver.not_admin",
    /// A ClearKey request or `keyids` data that cannot be read.
    ClearkeyBadRequest = "clearkey.bad_request",
    /// A text that is no HLS playlist.
    PlaylistNotAPlaylist = "playlist.not_a_playlist",
    /// A playlist that is too long, or would become so.
    PlaylistTooLarge = "playlist.too_large",
    /// A playlist from an origin that the settings do not list.
    PlaylistNotAllowed = "playlist.not_allowed",
    /// No delivery type, so that there is no address to deliver at.
    DeliverNoDeliveryType = "deliver.no_delivery_type",
    /// A delivery type that keys of this type are not delivered by.
    DeliverWrongKeyType = "deliver.wrong_key_type",
    /// An address that names no content key, or more than one.
    DeliverNoKeyId = "deliver.no_key_id",
    /// What delivery addresses begin with is not an http or https URL ending with a slash, or not the name of an account.
    DeliverBadRoot = "deliver.bad_root",
    /// A query option that this API does not have, or with a value that it cannot have.
    QueryBadOption = "query.bad_option",
    /// A `$filter` or `$orderby` that cannot be read.
    QueryBadFilter = "query.bad_filter",
    /// A query that would look at more rows than it may.
    QueryTooBroad = "query.too_broad",
    /// A function call without one of its parameters, or with one that it cannot have.
    FunctionBadParameter = "function.bad_parameter",
    /// No protection key of that thumbprint, or none at all.
    FunctionNoProtectionKey = "function.no_protection_key",
    /// The private key to a content key is not here.
    UnwrapNoPrivateKey = "unwrap.no_private_key",
    /// The key unwraps, and the checksum is not that of this key and id.
    UnwrapChecksumMismatch = "unwrap.checksum_mismatch",
    /// Rewrapping to no certificate would give the key away.
    RebindEmptyCertificate = "rebind.empty_certificate",
    /// The store did not answer, or not in time. Whether a commit happened is not known.
    StoreUnavailable = "store.unavailable",
    /// The store holds something that this service cannot have written.
    StoreCorrupt = "store.corrupt",
    /// A server behind the service did not answer.
    UpstreamUnavailable = "upstream.unavailable",
}
