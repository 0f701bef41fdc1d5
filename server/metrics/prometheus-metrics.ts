import { Histogram, Registry } from '@prometheus-io/client';
import { figuresOf } from './figures.ts';
import type { Metrics, MetricSources } from './metrics.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { addServerMetrics } from './server-metrics.ts';

// From an fsync of a good disk to the stall that is one's reason to look.
const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const COMMIT_EVENTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

/** Shows a server's figures in the text format of Prometheus. Everything is read when it is asked for; only a
 *  commit, of up to 1,000 events, is noted as it happens. */
export function createPrometheusMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const figures = figuresOf(registry);
  addServerMetrics(figures, sources);
  const commitTime = new Histogram({
    name: 'trpc_rooms_commit_duration_seconds',
    help: 'Time of a transaction of the log, fsync included.',
    buckets: COMMIT_SECONDS,
    registers,
  });
  const commitEvents = new Histogram({
    name: 'trpc_rooms_commit_events',
    help: 'Events in a transaction of the log.',
    buckets: COMMIT_EVENTS,
    registers,
  });
  const close = addProcessMetrics(figures);
  return {
    contentType: registry.contentType,
    scrape: () => registry.metrics(),
    onCommit: ({ ms, events }) => {
      commitTime.observe(ms / 1e3);
      commitEvents.observe(events);
    },
    close,
  };
}
