import { readdirSync } from 'node:fs';
import { watchLoop } from './event-loop-delay.ts';
import type { Figures } from './figures.ts';

/** Adds what every process has, under the names that every dashboard knows. Not the library's own set: that
 *  watches to the end of the process, and a server that was closed must leave nothing running. Returns the
 *  end of watching. */
export function addProcessMetrics({ counter, gauge, gaugeBy }: Figures): () => void {
  const loop = watchLoop();
  counter('process_cpu_seconds_total', 'CPU time of the process, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use.', () => {
    return process.memoryUsage().heapUsed;
  });
  gauge('nodejs_external_memory_bytes', 'Memory outside of the heap that JavaScript holds.', () => {
    return process.memoryUsage().external;
  });
  const startedAt = Date.now() / 1e3 - process.uptime();
  gauge('process_start_time_seconds', 'When the process started, since 1970.', () => startedAt);
  if (process.platform === 'linux') {
    // Less the one that reading them takes.
    const openFiles = () => readdirSync('/proc/self/fd').length - 1;
    gauge('process_open_fds', 'Open file descriptors.', openFiles);
  }
  const help = 'How late the event loop was since the last scrape; nothing on the first.';
  gaugeBy('trpc_rooms_event_loop_delay_seconds', help, 'quantile', () => {
    const delay = loop.take();
    if (!delay) return [];
    return [
      ['0.5', delay.p50],
      ['0.99', delay.p99],
    ];
  });
  return () => loop.close();
}
