//! `$metadata`: what the entities look like, as an EDMX document.

/// The document.
pub(super) fn document(_root: &str) -> String {
    r#"<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" />"#.to_owned()
}
