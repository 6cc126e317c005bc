import { createMemoryBroker, type RoutedMessage, type MemoryBroker } from '../../../memory-broker/index.js';
import {
  decodeHeartbeatRequest,
  decodeHeartbeatResponse,
  decodeOpenRequest,
  decodeStreamFrame,
  streamIdOfInbox,
} from '../../../wire/index.js';
import type { Plain } from '../../explorer/description/plain-data.js';
import type { SentMessage } from '../../explorer/traces/trace.js';
import type { ProtocolMessage } from '../adapter.js';

/** A message that a client has sent, in words, and what hands it over. */
interface RealMessage {
  readonly text: string;
  readonly deliver: () => void;
}

/** What is under way on one link, oldest first: the model's messages, and the bytes that stand for them. */
interface UnderWay extends RealMessage {
  readonly model: string;
}

/** The network between the clients of a trace: it keeps what they send until the trace says what becomes of it. */
export interface ReplayedNetwork {
  readonly broker: MemoryBroker;
  /**
   * Takes what the clients have sent since the last call for what the model sent in its step.
   *
   * @param restored the process whose connection has just come back. What its client kept until now is lost, as in the
   *   model what is sent during a cut.
   * @returns what differs, in words.
   */
  pair(sent: readonly SentMessage[], restored?: string): readonly string[];
  /** What hands the message over that is the model's; undefined if none is under way. */
  find(from: string, to: string, message: Plain): (() => void) | undefined;
  /** Takes this message away. */
  take(from: string, to: string, message: Plain): void;
  /** Puts a copy of this message behind all others of its link. */
  repeat(from: string, to: string, message: Plain): void;
  /** Takes away all that is under way on these links. */
  lose(isLost: (from: string, to: string) => boolean): void;
}

/**
 * @param isCarried whether what one process sends to another can arrive.
 * @param modelId the model's id of a stream.
 */
export function createReplayedNetwork(
  isCarried: (from: string, to: string) => boolean,
  modelId: (stream: string) => string,
): ReplayedNetwork {
  const fresh = new Map<string, RealMessage[]>();
  const underWay = new Map<string, UnderWay[]>();
  const linkName = (from: string, to: string) => `${from}->${to}`;
  const on = <Item>(links: Map<string, Item[]>, name: string): Item[] => {
    const items = links.get(name) ?? [];
    links.set(name, items);
    return items;
  };
  const indexOf = (from: string, to: string, message: Plain): readonly [items: UnderWay[], index: number] => {
    const items = on(underWay, linkName(from, to));
    const model = JSON.stringify(message);
    return [items, items.findIndex((item) => item.model === model)];
  };

  const broker = createMemoryBroker({
    route: (delivery, deliver) => {
      const { from, to } = delivery;
      // The model knows no server that says that nobody subscribes.
      if (from === to || !isCarried(from.name, to.name)) return;
      on(fresh, linkName(from.name, to.name)).push({ text: wireText(delivery, modelId), deliver });
    },
  });

  return {
    broker,
    pair: (sent, restored) => {
      const differences: string[] = [];
      const expected = new Map<string, Plain[]>();
      for (const { from, to, message, isLost } of sent) if (!isLost) on(expected, linkName(from, to)).push(message);
      for (const link of new Set([...fresh.keys(), ...expected.keys()])) {
        const messages = on(expected, link);
        const all = on(fresh, link);
        const isRestored = restored !== undefined && link.startsWith(linkName(restored, ''));
        const came = isRestored ? all.slice(Math.max(0, all.length - messages.length)) : all;
        const [wanted, found] = [messages.map(modelText), came.map(({ text }) => text)].map((texts) =>
          texts.join('; '),
        );
        if (wanted !== found) differences.push(`${link}: the model sends '${wanted}', the client '${found}'`);
        came.forEach((real, index) => {
          on(underWay, link).push({ ...real, model: JSON.stringify(messages[index]) });
        });
      }
      fresh.clear();
      return differences;
    },
    find: (from, to, message) => {
      const [items, index] = indexOf(from, to, message);
      return items[index]?.deliver;
    },
    take: (from, to, message) => {
      const [items, index] = indexOf(from, to, message);
      if (index !== -1) items.splice(index, 1);
    },
    repeat: (from, to, message) => {
      const [items, index] = indexOf(from, to, message);
      items.push(...items.slice(index, index + 1));
    },
    lose: (isLost) => {
      for (const [link, items] of underWay) {
        const [from = '', to = ''] = link.split('->');
        if (isLost(from, to)) items.length = 0;
      }
    },
  };
}

function sorted(ids: readonly string[]): string {
  return [...ids].sort().join(', ');
}

/** A message of the model, in words. */
function modelText(message: Plain): string {
  const sent = message as ProtocolMessage;
  switch (sent.type) {
    case 'request':
    case 'data':
    case 'noResponders':
      return `${sent.type} ${sent.id}`;
    case 'close':
      return `close ${sent.id} with ${sent.code}`;
    case 'ask':
      return `ask for ${sorted(sent.streams.map(({ streamId }) => streamId))}`;
    case 'answer':
      return `report ${sorted(sent.reported)}`;
  }
}

/** The same of a message on the wire, by its subject and its bytes. */
function wireText({ message: { subject, data } }: RoutedMessage, modelId: (stream: string) => string): string {
  if (subject === 'subject') {
    const request = decodeOpenRequest(data);
    return request.type === 'open' ? `request ${modelId(request.streamId)}` : `a malformed request`;
  }
  if (subject.startsWith('_HEARTBEAT.')) {
    const request = decodeHeartbeatRequest(data);
    if (request.type === 'malformed') return 'a malformed heartbeat';
    return `ask for ${sorted(request.streams.flatMap(({ streamIds }) => streamIds.map(modelId)))}`;
  }
  if (subject.startsWith('_INBOX.')) {
    const response = decodeHeartbeatResponse(data);
    if (response.type === 'malformed') return 'a malformed report';
    return `report ${sorted(response.streams.flatMap(({ streamIds }) => streamIds.map(modelId)))}`;
  }
  const frame = decodeStreamFrame(data);
  const id = modelId(streamIdOfInbox(subject));
  return frame.type === 'close' ? `close ${id} with ${frame.code}` : `${frame.type} ${id}`;
}
