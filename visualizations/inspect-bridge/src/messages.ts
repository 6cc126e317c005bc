import type { ScxmlEvent } from './v4-state.js';

/**
 * Whether a receiver may say this. The package's server dies of text that is no JSON, of an object without a type, and
 * of an event that cannot be read; and with `disconnect` any receiver would end the inspection for all, for good.
 */
export function isAllowed(text: string, allowSend: boolean): boolean {
  const message = parsed(text);
  if (message?.['type'] === 'xstate.inspecting') return true;
  if (message?.['type'] !== 'xstate.event' || !allowSend) return false;
  const event = parsed(message['event']);
  const data = event?.['data'];
  if (typeof event?.['origin'] !== 'string' || typeof event['name'] !== 'string' || event['$$type'] !== 'scxml')
    return false;
  return typeof data === 'object' && data !== null && typeof (data as { readonly type?: unknown }).type === 'string';
}

/** The event that a receiver sends to an actor, of a message that is allowed; undefined where it asks to look on. */
export function sentEvent(text: string): (ScxmlEvent & { readonly origin: string }) | undefined {
  const message = parsed(text);
  if (message?.['type'] !== 'xstate.event') return undefined;
  return parsed(message['event']) as unknown as ScxmlEvent & { readonly origin: string };
}

const sessionAtEnd = /"sessionId":"((?:[^"\\]|\\.)*)"\}$/;

/**
 * A frame of the package with what it leaves out of registrations: the parent, always, and the id for a receiver that
 * comes later. The frame holds a whole machine, so it is not parsed for that.
 */
export function withIdentity(
  frame: string,
  find: (
    sessionId: string,
  ) => { readonly id: string; readonly parent: { readonly sessionId: string } | undefined } | undefined,
): string {
  if (!frame.startsWith('{"type":"service.register"')) return frame;
  const [, session] = sessionAtEnd.exec(frame) ?? [];
  const service = session === undefined ? undefined : find(JSON.parse(`"${session}"`) as string);
  if (service === undefined) return frame;
  const parent = service.parent === undefined ? '' : `,"parent":${JSON.stringify(service.parent.sessionId)}`;
  return `${frame.slice(0, -1)},"id":${JSON.stringify(service.id)}${parent}}`;
}

function parsed(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
