/**
 * The protobuf wire format, as far as the messages of protocols here need it (protobuf.dev, "Encoding"). Only fields with a
 * length and varints carry meaning in them; the fixed-width ones are passed over.
 */
export interface WireField {
  readonly number: number;
  /** Of a field with a length; empty for a number. */
  readonly bytes: Uint8Array;
  /** Of a varint; 0 for others. Exact up to 2^53. */
  readonly value: number;
}

/** Thrown for bytes that are not a message. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** More than the largest honest message has: a field is at least two bytes, and an object of many times that here. */
const MAX_FIELDS = 250_000;
const NOTHING = new Uint8Array();

/** The fields of a message, in order. Throws {@link WireError}. */
export function readFields(message: Uint8Array): readonly WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++];
      if (byte === undefined || shift > 2 ** 63) throw new WireError();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const skip = (count: number): Uint8Array => {
    if (count > message.length - at) throw new WireError();
    at += count;
    return message.subarray(at - count, at);
  };
  while (at < message.length) {
    if (fields.length >= MAX_FIELDS) throw new WireError();
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (number === 0) throw new WireError();
    switch (tag % 8) {
      case 0:
        fields.push({ number, bytes: NOTHING, value: varint() });
        break;
      case 1:
        skip(8);
        break;
      case 2:
        fields.push({ number, bytes: skip(varint()), value: 0 });
        break;
      case 5:
        skip(4);
        break;
      default:
        throw new WireError();
    }
  }
  return fields;
}

/** Every field of this number. */
export function pick(fields: readonly WireField[], number: number): readonly Uint8Array[] {
  return fields.filter((field) => field.number === number).map(({ bytes }) => bytes);
}

/** The last field of this number as text; `''` when there is none. */
export function text(fields: readonly WireField[], number: number): string {
  return texts(fields, number).at(-1) ?? '';
}

/** Every field of this number as text. */
export function texts(fields: readonly WireField[], number: number): readonly string[] {
  return pick(fields, number).map((bytes) => Buffer.from(bytes).toString('utf8'));
}

/** The last field of this number as a number; 0 when there is none. */
export function numeric(fields: readonly WireField[], number: number): number {
  return fields.filter((field) => field.number === number).at(-1)?.value ?? 0;
}

/** Every number of a repeated field, be they packed or one by one; of packed ones only those below 128. */
export function numbers(fields: readonly WireField[], number: number): readonly number[] {
  return fields
    .filter((field) => field.number === number)
    .flatMap(({ bytes, value }) => (bytes.length > 0 ? [...bytes] : [value]));
}

/** A message from fields: numbers as varints, texts and bytes with their length. Nothing is left out, zeros neither. */
export function writeFields(fields: readonly (readonly [number, number | string | Uint8Array])[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (typeof value === 'number') {
      parts.push(writeVarint(number * 8), writeVarint(value));
      continue;
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    parts.push(writeVarint(number * 8 + 2), writeVarint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function writeVarint(value: number): Uint8Array {
  // A negative int64 is ten bytes of two's complement.
  if (value < 0) return writeBigVarint(BigInt.asUintN(64, BigInt(value)));
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, rest]);
}

function writeBigVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}
