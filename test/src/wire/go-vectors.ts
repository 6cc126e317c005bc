import { readFileSync } from 'node:fs';

type NilableStreams = Readonly<Record<string, readonly string[] | null>> | null;

/** A message as Go's `encoding/json` has written it, and what it means. */
export type GoVector = { readonly name: string; readonly wire: string } & (
  | {
      readonly kind: 'StreamingMsg';
      readonly value:
        | { readonly type: 1; readonly dataBase64: string }
        | { readonly type: 2; readonly code: number; readonly text: string; readonly error: string };
    }
  | {
      readonly kind: 'Request';
      readonly value: {
        readonly consumerId: string;
        readonly streamId: string;
        readonly heartBeatRequestSub: string;
        readonly bodyBase64: string | null;
      };
    }
  | { readonly kind: 'HeartBeatRequest' | 'ConsumerHeartBeatResponse'; readonly value: NilableStreams }
);

const file = new URL('../../conformance/data/wire-vectors.json', import.meta.url);

/** The messages that were recorded from the Go package. */
export const goVectors = (JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly GoVector[] }).vectors;
