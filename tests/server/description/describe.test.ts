import { describe, expect, it } from 'vitest';
import type { Contract } from '../../../shared/index.ts';
import { describeContract } from '../../../server/description/describe.ts';
import { createRooms } from '../../../server/create-rooms.ts';
import { fromJson } from '../../../server/rest/json-values.ts';
import { described } from '../../kit/described.ts';

const kinds = describeContract(described);

describe('the description of a contract', () => {
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
