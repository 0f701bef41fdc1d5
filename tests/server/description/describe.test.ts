import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limits, type Contract, type Frame } from '../../../shared/index.ts';
import { describeContract } from '../../../server/description/describe.ts';
import { createRooms } from '../../../server/create-rooms.ts';
import { fromJson } from '../../../server/rest/json-values.ts';
import { described } from '../../kit/described.ts';

const kinds = describeContract(described);

// One that is added there is missing here, and does not compile.
const FRAMES: Readonly<Record<Frame['type'], true>> = {
  ready: true,
  event: true,
  gap: true,
  erased: true,
  latest: true,
  cleared: true,
  unread: true,
  crowd: true,
  presence: true,
  revoked: true,
};

// Of these no client ever hears.
const UNHEARD = ['listedAgain', 'memoryKeys'];

describe('the description of a contract', () => {
  it('has every frame that there is', () => {
    const told = kinds[0]?.frames.map(({ type }) => type) ?? [];
    expect(told.toSorted()).toEqual(Object.keys(FRAMES).toSorted());
  });

  it('has every limit that a client may meet', () => {
    const rows = readFileSync(
      new URL('../../../server/description/limit-rows.ts', import.meta.url),
      'utf8',
    );
    const missing = Object.keys(limits).filter((name) => !rows.includes(`limits.${name}`));
    expect(missing).toEqual(UNHEARD);
  });

  it('has every procedure of the router, and no other', async () => {
    const contract: Contract = described;
    const rooms = await createRooms({ rooms: contract, dataDir: null });
    for (const { kind, procedures } of kinds) {
      const router = rooms.routers[kind.name] as unknown as Record<
        string,
        { _def: { type: string } }
      >;
      const built = Object.entries(router).map(([name, { _def }]) => `${name} ${_def.type}`);
      const told = procedures.map(({ name, type }) => `${name} ${type}`);
      expect(told.toSorted()).toEqual(built.toSorted());
    }
    await rooms.close();
  });

  it('has a description and an example for every event', () => {
    for (const { kind, events } of kinds) {
      for (const { type, description, example } of events) {
        expect(description, `${kind.name} ${type}`).not.toBe('');
        expect(example, `${kind.name} ${type}`).toBeDefined();
      }
    }
  });

  it('has a description and an example for every procedure', () => {
    for (const { kind, procedures } of kinds) {
      for (const { name, summary, description, example, input, output, type } of procedures) {
        const where = `${kind.name}.${name}`;
        expect(summary, where).not.toBe('');
        expect(description, where).not.toBe('');
        expect(input?.safeParse(fromJson(input, example.input)).error, where).toBeUndefined();
        if (output)
          expect(output.safeParse(fromJson(output, example.output)).error, where).toBeUndefined();
        else expect(type).toBe('mutation');
      }
    }
  });

  it('has examples of events and frames that are what they show', () => {
    for (const { events, frames } of kinds) {
      for (const { schema, whole } of events) {
        expect(schema.safeParse(fromJson(schema, whole)).error).toBeUndefined();
      }
      for (const { schema, example } of frames) {
        expect(schema.safeParse(fromJson(schema, example)).error).toBeUndefined();
      }
    }
  });
});
