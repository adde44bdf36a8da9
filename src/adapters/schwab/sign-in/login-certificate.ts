import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { DAY_MS, type Instant } from '../../../base/index.ts';

export interface Certificate {
  /** PEM texts, as node's TLS takes them. */
  readonly key: string;
  readonly cert: string;
}

/** Tags of the encoding. Source: ITU-T X.690. */
const INTEGER = 0x02;
const BITS = 0x03;
const OCTETS = 0x04;
const OBJECT = 0x06;
const TEXT = 0x0c;
const TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** One value with its tag and length, of up to 65,535 bytes. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** ecdsa-with-SHA256, commonName, subjectAltName: the bytes of their object identifiers. */
const ALGORITHM = der(SEQUENCE, der(OBJECT, bytes('2a8648ce3d040302')));
const COMMON_NAME = der(OBJECT, bytes('550403'));
const ALTERNATIVE_NAME = der(OBJECT, bytes('551d11'));

const timeOf = (at: number): Buffer => {
  const digits = new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return der(TIME, Buffer.from(`${digits}Z`));
};

/**
 * A certificate for this machine's own address, made now, signed by itself, good for two days: node
 * can make keys and signatures, but no certificates. A browser warns of it, rightly.
 * Source: RFC 5280, section 4.1.
 */
export function makeCertificate(now: Instant): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = der(SET, der(SEQUENCE, COMMON_NAME, der(TEXT, Buffer.from('Plimsoll sign-in'))));
  const who = der(SEQUENCE, name);
  const names = der(
    SEQUENCE,
    der(DNS_NAME, Buffer.from('localhost')),
    der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
  );
  const serial = randomBytes(16);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, bytes('02'))),
    der(INTEGER, serial),
    ALGORITHM,
    who,
    der(SEQUENCE, timeOf(now - DAY_MS), timeOf(now + DAY_MS)),
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, ALTERNATIVE_NAME, der(OCTETS, names)))),
  );
  const signature = der(BITS, bytes('00'), sign('sha256', body, privateKey));
  const base64 = der(SEQUENCE, body, ALGORITHM, signature).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}
