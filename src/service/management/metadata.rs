//! `$metadata`: what the API has, as OData describes it (CSDL v3 in an EDMX).

use super::functions::Function;
use super::model::{Edm, Member, members};
use crate::service::{EntitySet, Navigation};
use std::fmt::Write as _;

/// The namespace of the old service's types.
pub(in crate::service) const NAMESPACE: &str = "Microsoft.Cloud.Media.Vod.Rest.Data.Models";
const CONTAINER: &str = "MediaServicesContainer";
/// The type of an option's restrictions.
pub(in crate::service) const RESTRICTION: &str = "ContentKeyAuthorizationPolicyRestriction";

const HEAD: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?>"#,
    r#"<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">"#,
    r#"<edmx:DataServices xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" "#,
    r#"m:DataServiceVersion="3.0" m:MaxDataServiceVersion="3.0">"#,
);
const TAIL: &str = "</edmx:DataServices></edmx:Edmx>";

/// The document. It names no address, so it is the same wherever it is served.
pub(in crate::service) fn document() -> String {
    let types: String = EntitySet::ALL.into_iter().map(entity_type).collect();
    let associations: String = Navigation::ALL.into_iter().map(association).collect();
    let schema = r#"xmlns="http://schemas.microsoft.com/ado/2009/11/edm""#;
    format!(
        r#"{HEAD}<Schema Namespace="{NAMESPACE}" {schema}>{types}{}{associations}{}</Schema>{TAIL}"#,
        restriction_type(),
        container()
    )
}

fn entity_type(set: EntitySet) -> String {
    let properties: String = members(set).iter().map(property).collect();
    let navigations = Navigation::of(set).into_iter().map(|navigation| {
        let (name, association) = (navigation.name(), association_name(navigation));
        format!(
            r#"<NavigationProperty Name="{name}" Relationship="{NAMESPACE}.{association}" FromRole="From" ToRole="To"/>"#
        )
    });
    let navigations: String = navigations.collect();
    let name = set.type_name();
    format!(r#"<EntityType Name="{name}"><Key><PropertyRef Name="Id"/></Key>{properties}{navigations}</EntityType>"#)
}

fn property(member: &Member) -> String {
    let edm = match member.edm {
        Edm::Text => "Edm.String".to_owned(),
        Edm::Int32 => "Edm.Int32".to_owned(),
        Edm::DateTime => "Edm.DateTime".to_owned(),
        Edm::Restrictions => format!("Collection({NAMESPACE}.{RESTRICTION})"),
    };
    let is_nullable = member.edm == Edm::Text && member.name != "Id";
    let nullable = if is_nullable { "" } else { r#" Nullable="false""# };
    format!(r#"<Property Name="{}" Type="{edm}"{nullable}/>"#, member.name)
}

fn restriction_type() -> String {
    format!(
        concat!(
            r#"<ComplexType Name="{}"><Property Name="Name" Type="Edm.String"/>"#,
            r#"<Property Name="KeyRestrictionType" Type="Edm.Int32" Nullable="false"/>"#,
            r#"<Property Name="Requirements" Type="Edm.String"/></ComplexType>"#,
        ),
        RESTRICTION
    )
}

fn association_name(navigation: Navigation) -> String {
    format!("{}_{}", navigation.ends().0.type_name(), navigation.name())
}

/// Several entities may link to the same one.
fn association(navigation: Navigation) -> String {
    let (from, to) = navigation.ends();
    let end = |role: &str, set: EntitySet| {
        format!(r#"<End Type="{NAMESPACE}.{}" Role="{role}" Multiplicity="*"/>"#, set.type_name())
    };
    format!(
        r#"<Association Name="{}">{}{}</Association>"#,
        association_name(navigation),
        end("From", from),
        end("To", to)
    )
}

fn container() -> String {
    let mut text = format!(r#"<EntityContainer Name="{CONTAINER}" m:IsDefaultEntityContainer="true">"#);
    // Writing to a String cannot fail.
    for set in EntitySet::ALL {
        _ = write!(text, r#"<EntitySet Name="{}" EntityType="{NAMESPACE}.{}"/>"#, set.name(), set.type_name());
    }
    for navigation in Navigation::ALL {
        let (name, (from, to)) = (association_name(navigation), navigation.ends());
        _ = write!(
            text,
            concat!(
                r#"<AssociationSet Name="{name}" Association="{namespace}.{name}">"#,
                r#"<End Role="From" EntitySet="{from}"/><End Role="To" EntitySet="{to}"/></AssociationSet>"#,
            ),
            name = name,
            namespace = NAMESPACE,
            from = from.name(),
            to = to.name()
        );
    }
    Function::ALL.into_iter().for_each(|(name, function)| text.push_str(&function_import(name, function)));
    text + "</EntityContainer>"
}

fn function_import(name: &str, function: Function) -> String {
    let key = format!("{NAMESPACE}.{}", EntitySet::ContentKeys.type_name());
    let bound = function.is_of_a_key().then_some(("contentKey", key.as_str()));
    let parameters = bound.iter().chain(function.parameters());
    let parameters: String =
        parameters.map(|(name, edm)| format!(r#"<Parameter Name="{name}" Type="{edm}"/>"#)).collect();
    // What is bound to an entity is an action, which has no method of its own (CSDL v3, section 15.3).
    let how = match function.is_of_a_key() {
        true => r#"IsBindable="true" m:IsAlwaysBindable="true""#.to_owned(),
        false => format!(r#"m:HttpMethod="{}""#, function.methods().join(" ")),
    };
    format!(r#"<FunctionImport Name="{name}" ReturnType="Edm.String" {how}>{parameters}</FunctionImport>"#)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::xml::{Document, Element, Limits};

    fn named<'e, 's>(parent: &'e Element<'s>, element: &str, name: &str) -> &'e Element<'s> {
        let mut children = parent.children().iter();
        children.find(|child| child.name() == element && attribute(child, "Name") == name).unwrap()
    }

    fn attribute<'e>(element: &'e Element<'_>, name: &str) -> &'e str {
        element.attributes().iter().find(|known| known.name == name).map_or("", |known| &known.value)
    }

    /// The sets, members and navigations that the published requests and their answers use.
    #[test]
    fn it_describes_what_the_published_requests_use() {
        let text = document();
        let document = Document::parse(&text, Limits::POLICY).unwrap();
        let schema = &document.root().children()[0].children()[0];
        let container = named(schema, "EntityContainer", CONTAINER);
        let sets = [
            ("Assets", "Asset", vec!["Id", "State", "Created", "LastModified", "AlternateId", "Name", "Options"]),
            ("ContentKeyAuthorizationPolicies", "ContentKeyAuthorizationPolicy", vec!["Id", "Name"]),
            (
                "ContentKeyAuthorizationPolicyOptions",
                "ContentKeyAuthorizationPolicyOption",
                vec!["Id", "Name", "KeyDeliveryType", "KeyDeliveryConfiguration", "Restrictions"],
            ),
        ];
        for (set, kind, members) in sets {
            let entity_type = attribute(named(container, "EntitySet", set), "EntityType");
            assert_eq!(entity_type, format!("{NAMESPACE}.{kind}"));
            let properties = named(schema, "EntityType", kind).children().iter();
            let names = properties.filter(|child| child.name() == "Property").map(|child| attribute(child, "Name"));
            assert_eq!(names.collect::<Vec<_>>(), members);
        }
        for (kind, navigation) in
            [("Asset", "ContentKeys"), ("Asset", "DeliveryPolicies"), ("ContentKeyAuthorizationPolicy", "Options")]
        {
            named(named(schema, "EntityType", kind), "NavigationProperty", navigation);
        }
        named(container, "FunctionImport", "GetKeyDeliveryUrl");
        assert_eq!(attribute(named(container, "FunctionImport", "GetProtectionKeyId"), "HttpMethod"), "GET");
    }

    /// Every name that something refers to is there.
    #[test]
    fn no_reference_leads_nowhere() {
        let text = document();
        let referred = text.split(NAMESPACE).skip(1).filter_map(|rest| rest.strip_prefix('.'));
        for name in referred.map(|rest| rest.split(['"', ')']).next().unwrap()) {
            assert!(text.contains(&format!(r#" Name="{name}""#)), "{name}");
        }
        for set in text.split(r#"EntitySet=""#).skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(text.contains(&format!(r#"<EntitySet Name="{set}""#)), "{set}");
        }
    }
}
