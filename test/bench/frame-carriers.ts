import { headers, type Msg, type NatsConnection } from 'nats';

/** One way in which records and their sequence numbers may travel in NATS messages. */
export interface Carrier {
  readonly name: string;
  /** Publishes these records, of which the first has this sequence number. */
  send(connection: NatsConnection, subject: string, records: readonly Uint8Array[], first: number): void;
  /** A receiver of one run: hands out each record of a message with its sequence number. */
  receiver(onRecord: (record: Uint8Array, sequence: number) => void): (message: Msg) => void;
}

/** As users of `nats` send records today, without any number. The receiver counts. */
export const raw: Carrier = {
  name: 'raw',
  send: (connection, subject, records) => {
    for (const record of records) connection.publish(subject, record);
  },
  receiver: (onRecord) => {
    let received = 0;
    return ({ data }) => {
      onRecord(data, received);
      received += 1;
    };
  },
};

/** The sequence number stands in the payload, before the record. */
const prefix: Carrier = {
  name: 'varint prefix in the payload',
  send: (connection, subject, records, first) => {
    for (const [index, record] of records.entries()) {
      const sequence = first + index;
      const payload = new Uint8Array(varintBytes(sequence) + record.length);
      payload.set(record, writeVarint(payload, 0, sequence));
      connection.publish(subject, payload);
    }
  },
  receiver:
    (onRecord) =>
    ({ data }) => {
      const start = readVarint(data, 0);
      onRecord(data.subarray(cursor), start);
    },
};

/** The sequence number is the last token of the reply subject, which could be the address for credit as well. */
const reply: Carrier = {
  name: 'last token of the reply subject',
  send: (connection, subject, records, first) => {
    for (const [index, record] of records.entries()) {
      connection.publish(subject, record, { reply: `_CREDIT.abcdefgh.${first + index}` });
    }
  },
  receiver:
    (onRecord) =>
    ({ data, reply: address = '' }) => {
      onRecord(data, Number(address.slice(address.lastIndexOf('.') + 1)));
    },
};

const header: Carrier = {
  name: 'NATS header',
  send: (connection, subject, records, first) => {
    for (const [index, record] of records.entries()) {
      const fields = headers();
      fields.set('Seq', String(first + index));
      connection.publish(subject, record, { headers: fields });
    }
  },
  receiver:
    (onRecord) =>
    ({ data, headers: fields }) => {
      onRecord(data, Number(fields?.get('Seq')));
    },
};

/** Many records in one message: the number of the first, then each with its length before it. */
function frames(frameBytes: number, addressed: boolean): Carrier {
  return {
    name: `frames of ${frameBytes / 1024} KiB${addressed ? ', numbered in the reply subject' : ''}`,
    send: (connection, subject, records, first) => {
      let from = 0;
      while (from < records.length) {
        let size = addressed ? 0 : varintBytes(first + from);
        let to = from;
        while (to < records.length) {
          const length = records[to]?.length ?? 0;
          const more = varintBytes(length) + length;
          if (to > from && size + more > frameBytes) break;
          size += more;
          to += 1;
        }
        const payload = new Uint8Array(size);
        let at = addressed ? 0 : writeVarint(payload, 0, first + from);
        for (const record of records.slice(from, to)) {
          at = writeVarint(payload, at, record.length);
          payload.set(record, at);
          at += record.length;
        }
        connection.publish(subject, payload, addressed ? { reply: `_CREDIT.abcdefgh.${first + from}` } : undefined);
        from = to;
      }
    },
    receiver:
      (onRecord) =>
      ({ data, reply: address = '' }) => {
        let sequence = addressed ? Number(address.slice(address.lastIndexOf('.') + 1)) : readVarint(data, 0);
        let at = addressed ? 0 : cursor;
        while (at < data.length) {
          const length = readVarint(data, at);
          at = cursor + length;
          onRecord(data.subarray(cursor, at), sequence);
          sequence += 1;
        }
      },
  };
}

/** Every carrier that is compared with raw. */
export const carriers: readonly Carrier[] = [
  prefix,
  reply,
  header,
  frames(4 * 1024, false),
  frames(16 * 1024, false),
  frames(16 * 1024, true),
  frames(64 * 1024, false),
];

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

function writeVarint(into: Uint8Array, at: number, value: number): number {
  let next = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) into[next++] = (rest % 0x80) | 0x80;
  into[next++] = rest;
  return next;
}

/** Where the number that was read last ended. */
let cursor = 0;

function readVarint(from: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  for (cursor = at; ; scale *= 0x80) {
    const byte = from[cursor++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}
