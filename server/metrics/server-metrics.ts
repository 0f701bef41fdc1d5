import type { Figures, Labelled } from './figures.ts';
import type { MetricSources } from './metrics.ts';

/** Adds what this server counts. */
export function addServerMetrics(figures: Figures, sources: MetricSources): void {
  const { tally, counts } = sources;
  const counter = (name: string, help: string, read: () => number) => {
    figures.counter(`trpc_rooms_${name}_total`, help, read);
  };
  const countedBy = (label: string, name: string, help: string, read: () => Labelled) => {
    figures.counterBy(`trpc_rooms_${name}_total`, help, label, read);
  };
  const { connections, bytesReceived } = sources;
  figures.gauge('trpc_rooms_connections', 'WebSocket connections that are open.', connections);
  counter('connections_opened', 'WebSocket connections opened.', () => counts.opened);
  countedBy('code', 'connections_closed', 'Connections closed, by code.', () => counts.closed);
  countedBy('reason', 'connections_cut', 'Connections cut, by reason.', () => [
    ['slow_reader', tally.cut],
    ['late_message', counts.lateMessages],
  ]);
  countedBy('status', 'upgrades_refused', 'Upgrades refused, by HTTP status.', () => {
    return counts.upgradesRefused;
  });
  countedBy('reason', 'calls_refused', 'Calls and tokens refused or failed, by error code.', () => {
    return counts.callsRefused;
  });
  counter('deliveries', 'Items of subscriptions handed to connections.', () => tally.deliveries);
  counter('sent_bytes', 'Bytes handed to WebSocket connections.', () => tally.bytesSent);
  counter('received_bytes', 'Bytes received on WebSocket connections.', bytesReceived);
  counter('dropped', 'Ephemeral events that a slow reader did not get.', () => tally.dropped);
  counter('conflated', 'Latest values that a slow reader got as one.', () => tally.conflated);
  counter('caught_up', 'Times that a reader who had fallen behind was live again.', () => {
    return tally.caughtUp;
  });
}
