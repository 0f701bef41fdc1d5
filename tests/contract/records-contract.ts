import { afterEach, describe, expect, it } from 'vitest';
import type { Records } from '../../server/records/records.ts';

const A = 'room/chat/a';

/** What every form of records must do. `create` gives an empty one. */
export function recordsContract(name: string, create: () => Promise<Records>): void {
  describe(`${name} records`, () => {
    const opened: Records[] = [];
    const open = async () => {
      const records = await create();
      opened.push(records);
      return records;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((records) => records.close()));
    });

    it('gives back what was written, partition by partition', async () => {
      const records = await open();
      expect(await records.write(A, [{ key: 'x', value: 'in a' }])).toBe(true);
      expect(await records.write('room/chat/b', [{ key: 'x', value: 'in b' }])).toBe(true);
      expect(await records.read(A, 'x')).toMatchObject({ key: 'x', value: 'in a' });
      expect(await records.read('room/chat/b', 'x')).toMatchObject({ value: 'in b' });
      expect(await records.read(A, 'y')).toBeUndefined();
      expect(await records.read('room/chat/c', 'x')).toBeUndefined();
    });

    it('keeps text as it is: nothing, newlines, NUL, emoji, much', async () => {
      const records = await open();
      const values = ['', 'a\n"\u0000', '👩‍👩‍👧é', 'x'.repeat(100_000)];
      await records.write(
        A,
        values.map((value, index) => ({ key: `k${index}`, value })),
      );
      expect((await records.list(A)).map(({ value }) => value)).toEqual(values);
    });

    it('removes, and has nothing against removing what is not there', async () => {
      const records = await open();
      await records.write(A, [{ key: 'x', value: '1' }]);
      expect(await records.write(A, [{ key: 'x', value: null }])).toBe(true);
      expect(await records.write(A, [{ key: 'x', value: null }])).toBe(true);
      expect(await records.read(A, 'x')).toBeUndefined();
      expect(await records.list(A)).toEqual([]);
    });

    it('gives each change a greater version, after a removal too', async () => {
      const records = await open();
      const versionAfter = async (value: string | null) => {
        await records.write(A, [{ key: 'x', value }]);
        return (await records.read(A, 'x'))?.version;
      };
      const versions = [
        await versionAfter('1'),
        await versionAfter('1'),
        await versionAfter(null),
        await versionAfter('1'),
      ].filter((version) => version !== undefined);
      expect(versions).toHaveLength(3);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(new Set(versions).size).toBe(3);
      expect(versions[0]).toBeGreaterThan(0);
    });

    it('changes nothing when another version stands there than expected', async () => {
      const records = await open();
      await records.write(A, [{ key: 'x', value: '1' }]);
      const version = (await records.read(A, 'x'))?.version ?? 0;
      for (const expected of [0, version + 1, version - 1]) {
        const changes = [
          { key: 'y', value: 'new' },
          { key: 'x', value: '2', expected },
        ];
        expect(await records.write(A, changes)).toBe(false);
      }
      expect(await records.write(A, [{ key: 'z', value: null, expected: 1 }])).toBe(false);
      expect((await records.list(A)).map(({ key, value }) => [key, value])).toEqual([['x', '1']]);
      expect(await records.write(A, [{ key: 'x', value: '2', expected: version }])).toBe(true);
      expect(await records.write(A, [{ key: 'y', value: 'new', expected: 0 }])).toBe(true);
    });

    it('does writes in the order of their calls: of many that expect the same, the first', async () => {
      const records = await open();
      const tries = Array.from({ length: 50 }, (_, index) =>
        records.write(A, [{ key: 'x', value: String(index), expected: 0 }]),
      );
      expect((await Promise.all(tries)).map(Number)).toEqual([1, ...Array<number>(49).fill(0)]);
      expect(await records.read(A, 'x')).toMatchObject({ value: '0' });
    });

    it('loses no count that many make at once', async () => {
      const records = await open();
      const addOne = async (): Promise<void> => {
        const now = await records.read(A, 'n');
        const value = String(Number(now?.value ?? 0) + 1);
        const isDone = await records.write(A, [{ key: 'n', value, expected: now?.version ?? 0 }]);
        if (!isDone) return addOne();
      };
      await Promise.all(Array.from({ length: 20 }, addOne));
      expect(await records.read(A, 'n')).toMatchObject({ value: '20' });
    });

    it('lists by prefix and page, in the order of characters', async () => {
      const records = await open();
      const keys = ['m/b', 'm/a', 'm', 'm/~', 'n', 'M/a', 'm/B', 'l/z', 'm0'];
      await records.write(
        A,
        keys.map((key) => ({ key, value: key })),
      );
      const list = async (range?: Parameters<Records['list']>[1]) =>
        (await records.list(A, range)).map(({ key }) => key);
      expect(await list()).toEqual(['M/a', 'l/z', 'm', 'm/B', 'm/a', 'm/b', 'm/~', 'm0', 'n']);
      expect(await list({ prefix: 'm/' })).toEqual(['m/B', 'm/a', 'm/b', 'm/~']);
      expect(await list({ prefix: 'm/', limit: 2 })).toEqual(['m/B', 'm/a']);
      expect(await list({ prefix: 'm/', after: 'm/a', limit: 2 })).toEqual(['m/b', 'm/~']);
      expect(await list({ prefix: 'm/', after: 'm/~' })).toEqual([]);
      expect(await list({ prefix: 'x/' })).toEqual([]);
      expect(await list({ prefix: 'm/', after: 'a' })).toEqual(['m/B', 'm/a', 'm/b', 'm/~']);
      expect(await list({ after: 'm/~' })).toEqual(['m0', 'n']);
    });

    it('lists what is there now, whatever was listed before', async () => {
      const records = await open();
      await records.write(A, [{ key: 'b', value: '1' }]);
      await records.list(A);
      await records.write(A, [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ]);
      await records.write(A, [{ key: 'c', value: '1' }]);
      await records.write(A, [{ key: 'a', value: null }]);
      expect((await records.list(A)).map(({ key, value }) => key + value)).toEqual(['b2', 'c1']);
    });

    it('refuses names that cannot be ordered, and a key twice in one write', async () => {
      const records = await open();
      for (const key of ['', 'a b', 'é', '\u0000', 'x'.repeat(513)]) {
        await expect(records.write(A, [{ key, value: '1' }])).rejects.toThrow('no name');
      }
      const twice = records.write(A, [
        { key: 'x', value: '1' },
        { key: 'x', value: '2' },
      ]);
      await expect(twice).rejects.toThrow('twice');
      expect(await records.list(A)).toEqual([]);
    });

    it('finishes what was accepted before it closes, and takes nothing after it', async () => {
      const records = await open();
      const writes = [1, 2, 3].map((n) => records.write(A, [{ key: `k${n}`, value: '1' }]));
      await records.close();
      expect(await Promise.all(writes)).toEqual([true, true, true]);
      await records.close();
      const closed = { code: 'LOG_UNAVAILABLE' };
      await expect(records.write(A, [{ key: 'x', value: '1' }])).rejects.toMatchObject(closed);
      await expect(records.read(A, 'x')).rejects.toMatchObject(closed);
      await expect(records.list(A)).rejects.toMatchObject(closed);
    });
  });
}
