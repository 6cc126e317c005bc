/** The server did not let the connection do something. */
export interface Violation {
  readonly operation: 'publish' | 'subscribe';
  readonly subject: string;
}

/**
 * The permissions violation that a status of the connection tells of, if it tells of one. `nats` 2 has it in
 * `permissionContext`, `@nats-io` 3 in the error itself; both say `subscription` for the operation to subscribe.
 */
export function violationOf(status: {
  readonly type: string;
  readonly permissionContext?: unknown;
  readonly error?: unknown;
}): Violation | undefined {
  if (status.type !== 'error') return undefined;
  const told = status.permissionContext ?? status.error;
  if (typeof told !== 'object' || told === null) return undefined;
  const { operation, subject } = told as { readonly operation?: unknown; readonly subject?: unknown };
  if (typeof subject !== 'string') return undefined;
  if (operation === 'publish') return { operation, subject };
  return operation === 'subscription' ? { operation: 'subscribe', subject } : undefined;
}
