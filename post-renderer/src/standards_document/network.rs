//! Networks in CIDR notation.

use core::net::IpAddr;

/// A network, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// Reads `10.0.0.0/8` or `2001:db8::/32`; `None` if `text` is not a network.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (address, length): (IpAddr, u8) = (address.parse().ok()?, length.parse().ok()?);
        (length <= bits(address)).then_some(Self { address, length })
    }

    /// Whether all addresses of `other` are in this network.
    pub fn contains(&self, other: &Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.length <= other.length
            && prefix(self.address, self.length) == prefix(other.address, self.length)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The first `length` bits of an address.
fn prefix(address: IpAddr, length: u8) -> u128 {
    let (number, bits) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    number.checked_shr(bits - u32::from(length)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_smaller_ones_of_its_own_kind() {
        let contains = |outer: &str, inner: &str| {
            Network::parse(outer).unwrap().contains(&Network::parse(inner).unwrap())
        };
        assert!(contains("10.0.0.0/8", "10.20.0.0/16") && contains("0.0.0.0/0", "10.0.0.0/8"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0/16") && !contains("10.0.0.0/16", "10.0.0.0/8"));
        assert!(contains("2001:db8::/32", "2001:db8:1::/48") && !contains("::/0", "10.0.0.0/8"));
        for bad in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "host/8"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
