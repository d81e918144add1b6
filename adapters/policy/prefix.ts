/** Address ranges in the policy file, as CIDR prefixes. */
import ipaddr from 'ipaddr.js'

/** What is wrong with a prefix, in words for who wrote it; undefined when it is one. */
export function prefixProblem(text: string): string | undefined {
  const [address = '', length] = text.split('/')
  // The library also reads 010.1, 0x7f000001 and other spellings that mean something else to other programs.
  const readable =
    ipaddr.IPv4.isValidFourPartDecimal(address) || (address.includes(':') && !address.includes('%'))
  if (length === undefined && readable && ipaddr.isValid(address))
    return `write one address as a range: ${address}/${ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128}`
  if (!readable || !ipaddr.isValidCIDR(text) || !/^\d+$/.test(length ?? ''))
    return 'not an address range: write one such as 203.0.113.0/24 or 2001:db8::/48'
  const [host] = ipaddr.parseCIDR(text)
  const network =
    host.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(text)
      : ipaddr.IPv6.networkAddressFromCIDR(text)
  if (host.toNormalizedString() !== network.toNormalizedString())
    return `the range that holds this address is written ${network.toString()}/${length}`
  return undefined
}
