/** Both ends of one way of streaming, in this process, each with a connection of its own. */
export interface Contender {
  /**
   * Opens a stream of so many records of 128 bytes.
   *
   * @param endless The stream stays open after its records, until it is cancelled.
   * @param onRecord Called for each record as it comes.
   */
  open(work: { readonly records: number; readonly endless: boolean }, onRecord: () => void): OpenedStream;
  /** What both ends have published so far; undefined where nobody counts it. */
  traffic(): Traffic | undefined;
  /** What happens to a connection that is lost and comes back, where the contender has one to a broker. */
  readonly link?: { lose(): void; restore(): void };
  close(): Promise<void>;
}

export interface OpenedStream {
  /** Resolves when the stream has ended at its reader. */
  readonly ended: Promise<unknown>;
  /** Leaves the stream. */
  cancel(): void;
}

export interface Traffic {
  readonly messages: number;
  readonly bytes: number;
}

/** How a contender is made, for a server at this address where it needs one. */
export type MakeContender = (serverUrl: string) => Promise<Contender>;

export const recordBytes = 128;
