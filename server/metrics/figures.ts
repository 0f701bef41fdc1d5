import { Counter, Gauge, type Registry } from '@prometheus-io/client';

/** Figures by the value of a label. */
export type Labelled = Iterable<readonly [value: string, figure: number]>;

/** Adds figures that are read when they are asked for, and only then. */
export interface Figures {
  counter(name: string, help: string, read: () => number): void;
  counterBy(name: string, help: string, label: string, read: () => Labelled): void;
  gauge(name: string, help: string, read: () => number): void;
  gaugeBy(name: string, help: string, label: string, read: () => Labelled): void;
}

/** Adds to a registry of the library. */
export function figuresOf(registry: Registry): Figures {
  // Registered below; without this it would join the process-wide registry as well.
  const registers: Registry[] = [];
  return {
    counter: (name, help, read) => {
      const collect = function collect(this: Counter<string>) {
        this.reset();
        this.inc(read());
      };
      registry.registerMetric(new Counter<string>({ name, help, registers, collect }));
    },
    counterBy: (name, help, label, read) => {
      const collect = function collect(this: Counter<string>) {
        this.reset();
        for (const [value, figure] of read()) this.inc({ [label]: value }, figure);
      };
      registry.registerMetric(
        new Counter<string>({ name, help, labelNames: [label], registers, collect }),
      );
    },
    gauge: (name, help, read) => {
      const collect = function collect(this: Gauge<string>) {
        this.set(read());
      };
      registry.registerMetric(new Gauge<string>({ name, help, registers, collect }));
    },
    gaugeBy: (name, help, label, read) => {
      const collect = function collect(this: Gauge<string>) {
        this.reset();
        for (const [value, figure] of read()) this.set({ [label]: value }, figure);
      };
      registry.registerMetric(
        new Gauge<string>({ name, help, labelNames: [label], registers, collect }),
      );
    },
  };
}
