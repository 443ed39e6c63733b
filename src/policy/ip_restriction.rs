//! Restriction by client address. Azure Media Services reserved the number for it and never had it: this is an extension.

use crate::error::{Error, ErrorCode, Result};
use std::fmt;
use std::net::IpAddr;

/// More networks than this are not a list that anybody keeps.
const MAX_NETWORKS: usize = 1024;

/// Networks from which a key may be asked for, IPv4 and IPv6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpRestriction {
    networks: Vec<Network>,
}

/// An address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

impl IpRestriction {
    /// Reads a list of networks (`192.0.2.0/24`, `2001:db8::/32`) and addresses, separated by commas or white space.
    ///
    /// # Errors
    /// `ip_restriction.bad_network` for an entry that is neither, has bits beyond its prefix, or for an empty list.
    pub fn parse(list: &str) -> Result<Self> {
        let entries: Vec<&str> = list.split([',', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty()).collect();
        if entries.is_empty() || entries.len() > MAX_NETWORKS {
            let why = format!("expected 1 to {MAX_NETWORKS} networks such as 192.0.2.0/24, separated by commas");
            return Err(Error::new(ErrorCode::IpRestrictionBadNetwork, why));
        }
        let networks = entries
            .iter()
            .enumerate()
            .map(|(index, entry)| Network::parse(entry).map_err(|error| error.at(format!("[{index}]"))));
        Ok(Self { networks: networks.collect::<Result<_>>()? })
    }

    /// Whether an address is in one of the networks. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) counts as IPv4.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }
}

/// The list as it is read, separated by commas.
impl fmt::Display for IpRestriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> =
            self.networks.iter().map(|network| format!("{}/{}", network.address, network.prefix)).collect();
        f.write_str(&texts.join(","))
    }
}

impl Network {
    fn parse(text: &str) -> Result<Self> {
        let bad = |why: &'static str| {
            Error::new(
                ErrorCode::IpRestrictionBadNetwork,
                format!("{why}: expected a network such as 192.0.2.0/24 or 2001:db8::/32"),
            )
        };
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| bad("this is not an address"))?;
        if address.to_canonical() != address {
            return Err(bad("an IPv4 address written as IPv6 matches nothing; write it as IPv4"));
        }
        let bits = bits_of(address);
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            Some(_) => None,
            None => Some(bits),
        };
        let prefix =
            prefix.filter(|prefix| *prefix <= bits).ok_or_else(|| bad("the prefix length does not fit the address"))?;
        let network = Self { address, prefix };
        if network.masked(address) != number_of(address) {
            return Err(bad("the address has bits beyond the prefix"));
        }
        Ok(network)
    }

    fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        bits_of(address) == bits_of(self.address) && self.masked(address) == number_of(self.address)
    }

    /// The leading bits of an address, the rest zero.
    fn masked(&self, address: IpAddr) -> u128 {
        let host_bits = u32::from(bits_of(address).saturating_sub(self.prefix));
        number_of(address).checked_shr(host_bits).and_then(|bits| bits.checked_shl(host_bits)).unwrap_or(0)
    }
}

const fn bits_of(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::IpRestriction;

    #[test]
    fn networks_and_addresses_of_both_kinds() {
        let restriction = IpRestriction::parse("192.0.2.0/24, 198.51.100.7\n2001:db8::/32").unwrap();
        for (address, allowed) in [
            ("192.0.2.0", true),
            ("192.0.2.255", true),
            ("192.0.3.0", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("2001:db8::1", true),
            ("2001:db9::1", false),
            ("::ffff:192.0.2.9", true),
            ("::192.0.2.9", false),
        ] {
            assert_eq!(restriction.allows(address.parse().unwrap()), allowed, "{address}");
        }
        assert_eq!(restriction.to_string(), "192.0.2.0/24,198.51.100.7/32,2001:db8::/32");
        assert!(IpRestriction::parse("0.0.0.0/0").unwrap().allows("203.0.113.5".parse().unwrap()));
        assert!(IpRestriction::parse("::/0").unwrap().allows("2001:db8::5".parse().unwrap()));
    }

    #[test]
    fn what_is_not_a_network_is_refused() {
        for text in [
            "",
            " , ",
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2.0/",
            "192.0.2.0/-1",
            "192.0.2.0/+8",
            "::ffff:192.0.2.1",
            "host.example",
            "2001:db8::/129",
            "192.0.2",
        ] {
            assert!(IpRestriction::parse(text).is_err(), "{text}");
        }
    }
}
