import type { SimulatedProcess } from '../process.js';
import type { TraceLog } from '../trace-log.js';

/** Writes down when a process notices that its connection is lost, and that it is back. */
export function noteLink({ connection, name }: SimulatedProcess, log: TraceLog): void {
  const read = async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') log.write({ type: 'link', op: 'lost', systems: [name] });
      else if (type === 'reconnect') log.write({ type: 'link', op: 'restored', systems: [name] });
    }
  };
  void read();
}
