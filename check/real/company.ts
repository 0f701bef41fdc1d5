import { Device } from '../actors/device.ts';
import type { Person } from '../actors/den.ts';
import type { Stage } from '../actors/stage.ts';
import { connect, type Line } from './connect.ts';
import type { Venue } from './venue.ts';

/** Somebody of the company, with the lines of his devices. */
export interface Companion extends Person {
  readonly lines: readonly Line[];
}

/** A host and guests: people of their own for what the crew does not do. */
export interface Company {
  readonly host: Companion;
  readonly guests: readonly Companion[];
  /** Each line with the name that a fault has for it. */
  readonly named: readonly { readonly name: string; readonly proxy: Line['proxy'] }[];
  close(): Promise<void>;
}

const GUESTS = 2;

/** Connects them. Each guest has so many devices: over several nodes each comes to another. */
export async function openCompany(stage: Stage, venue: Venue, devices: number): Promise<Company> {
  const open = async (name: string, count: number): Promise<Companion> => {
    const lines = await Promise.all(
      Array.from({ length: count }, () => connect(stage, venue, name)),
    );
    const user = venue.user(name);
    const own = lines.map(
      ({ calls, membership, join }, index) =>
        new Device({ stage, name: `${name}.${index}`, user, calls, membership, join }),
    );
    return { user, lines, devices: own };
  };
  const host = await open('host', 1);
  const guests = await Promise.all(
    Array.from({ length: GUESTS }, (_, index) => open(`guest${index}`, devices)),
  );
  const all = [host, ...guests];
  return {
    host,
    guests,
    named: all.flatMap(({ lines, devices: own }) =>
      lines.map(({ proxy }, index) => ({ name: own[index]?.name ?? '', proxy })),
    ),
    close: async () => {
      await Promise.all(all.flatMap(({ lines }) => lines.map((line) => line.close())));
    },
  };
}
