import { BlockList, isIP } from 'node:net';
import { BadInput } from '../../base/index.ts';

type Family = 'ipv4' | 'ipv6';

/** Source: IANA, Special-Purpose Address Registries for IPv4 and IPv6. */
const CLOSED: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Of global unicast, what stands for other addresses or for none. */
const CLOSED_6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
];

const closed = new BlockList();
for (const [net, prefix] of CLOSED) closed.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of CLOSED_6) closed.addSubnet(net, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const familyOf = (address: string): Family => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether it is an address on the open internet; false for text that is none. */
export function isPublic(address: string): boolean {
  const family = familyOf(address);
  if (isIP(address) === 0 || closed.check(address, family)) return false;
  return family === 'ipv4' || global6.check(address, 'ipv6');
}

export const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && !address.includes('%') && loopback.check(address, familyOf(address));

/** Written out as such: what another spelling means may come from somebody else. */
const NAMES_LOOPBACK = /^https?:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?(?:[/?]|$)/i;

/** An address that may be asked, and to which machines the name in it may lead. */
export interface Allowed {
  readonly url: URL;
  readonly mayReach: (address: string) => boolean;
}

/**
 * The address of `text`: https to a public machine, or http(s) to this very machine where the text
 * says `127.0.0.1`, `[::1]` or `localhost` (F081). Throws `BadInput` for anything else, a name and
 * password in it included.
 */
export function allowedUrl(text: string): Allowed {
  const refuse = (what: string) =>
    new BadInput(`Address "${text.slice(0, 200)}": ${what}; wanted https to a public host`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse('is not a URL');
  }
  if (url.username !== '' || url.password !== '') {
    throw new BadInput(`An address on "${url.host}" has a name or password in it; leave it out`);
  }
  if (NAMES_LOOPBACK.test(text)) return { url, mayReach: isLoopback };
  if (url.protocol !== 'https:') throw refuse(`is "${url.protocol}"`);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isPublic(literal)) throw refuse(`leads to "${literal}"`);
  return { url, mayReach: isPublic };
}
