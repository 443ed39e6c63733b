//! How .NET's `DataContractSerializer` goes through the elements of an object: forward only.
//!
//! An element is taken if it is a member at or after the place reached; the place then moves behind it. A member that
//! comes too late is not recognised any more, which is why an optional one is silently lost and a required one is
//! reported missing as soon as a later member stands in its place.

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    required: bool,
}

impl Member {
    pub(super) const fn required(name: &'static str) -> Self {
        Self { name, required: true }
    }

    pub(super) const fn optional(name: &'static str) -> Self {
        Self { name, required: false }
    }
}

/// A walk through the members.
#[derive(Debug)]
pub(super) struct ForwardScan {
    members: &'static [Member],
    /// The first member that can still be read.
    next: usize,
    read: Vec<&'static str>,
}

impl ForwardScan {
    pub(super) const fn new(members: &'static [Member]) -> Self {
        Self { members, next: 0, read: Vec::new() }
    }

    /// Offers an element. Its name if it is a member that can still be read; the name of a required member as the error
    /// if it stands where that one should have stood.
    pub(super) fn accept(&mut self, name: &str) -> Result<Option<&'static str>, &'static str> {
        let ahead = self.members.iter().enumerate().skip(self.next);
        let Some((index, member)) = ahead.clone().find(|(_, member)| member.name == name) else { return Ok(None) };
        if let Some((_, missing)) = ahead.take_while(|(at, _)| *at < index).find(|(_, skipped)| skipped.required) {
            return Err(missing.name);
        }
        self.next = index.saturating_add(1);
        self.read.push(member.name);
        Ok(Some(member.name))
    }

    /// Whether a member of that name was read.
    pub(super) fn has_read(&self, name: &str) -> bool {
        self.read.contains(&name)
    }

    /// The name of a required member that never came, as the error.
    pub(super) fn finish(&self) -> Result<(), &'static str> {
        let missing = self.members.iter().skip(self.next).find(|member| member.required);
        missing.map_or(Ok(()), |member| Err(member.name))
    }
}
