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
