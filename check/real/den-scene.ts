import { Den, type Person } from '../actors/den.ts';
import type { Stage } from '../actors/stage.ts';
import { sleep, until } from './waiting.ts';

/** Who plays, and what is promised where nothing goes wrong. */
export interface ClosingScene {
  readonly stage: Stage;
  readonly host: Person;
  readonly guests: readonly Person[];
  /** So soon every node goes by who may be in a room while all is quiet, in milliseconds. */
  readonly calmMs: number;
}

// Word of the end of a stream, or of an event, has to come through to the client.
const SHOWN_MS = 10_000;
// What must not come would be here by then.
const MOMENT_MS = 200;

/** People are let in, shut out, let in again, and the room is closed: each time everything is tried. */
export async function closingScene(scene: ClosingScene): Promise<void> {
  const { stage, host, guests, calmMs: withinMs } = scene;
  const [first, ...others] = guests;
  const den = await Den.open(stage, host, { kind: 'private', withinMs });
  if (!den || !first) return;
  const everybody = [host, ...guests];
  for (const guest of guests) await den.admit(guest);
  await isIn(scene, den, everybody);
  await den.shutOut(first, 'banned');
  await isOut(scene, den, [first]);
  await canDoAll(scene, den, [host, ...others]);
  await den.admit(first);
  await isIn(scene, den, everybody);
  await den.shutOut(first, 'left');
  for (const guest of others) await den.shutOut(guest, 'removed');
  await isOut(scene, den, guests);
  await den.close(guests);
  await isOut(scene, den, everybody);
  await openScene(scene, first);
}

/** Where everybody may be, nobody may who was banned. */
async function openScene(scene: ClosingScene, guest: Person): Promise<void> {
  const { stage, host, calmMs: withinMs } = scene;
  const den = await Den.open(stage, host, { kind: 'open', withinMs });
  if (!den) return;
  await den.admit(guest);
  await Promise.all(guest.devices.map((device) => device.follow(den.room)));
  await den.shutOut(guest, 'banned');
  await isOut(scene, den, [guest]);
  await den.admit(guest);
  await isIn(scene, den, [host, guest]);
  await den.close([guest]);
}

/** Every node knows by now that they are in. */
async function isIn(scene: ClosingScene, den: Den, people: readonly Person[]): Promise<void> {
  await sleep(scene.calmMs);
  await canDoAll(scene, den, people);
}

/** They do everything, and what is published now is shown to all of them. */
async function canDoAll({ stage }: ClosingScene, den: Den, people: readonly Person[]) {
  const devices = people.flatMap((one) => one.devices);
  await Promise.all(devices.map((device) => device.follow(den.room)));
  await Promise.all(devices.map((device) => device.read(den.room)));
  for (const { devices: own } of people) {
    const key = await own[0]?.publish(den.room);
    if (key === undefined) continue;
    await until(() => devices.every((device) => device.hasShown(key)), SHOWN_MS);
    for (const device of devices) {
      const { following: attempt } = device;
      if (attempt === undefined || device.hasShown(key)) continue;
      stage.record({ kind: 'access', room: den.room, told: { step: 'misses', attempt, key } });
    }
  }
}

/** Every node knows by now that they are out: their streams end, and they can do nothing. */
async function isOut(scene: ClosingScene, den: Den, people: readonly Person[]) {
  const { stage, host, calmMs } = scene;
  const devices = people.flatMap((one) => one.devices);
  await sleep(calmMs);
  // Streams that are open still are shown this.
  if (!people.includes(host)) await host.devices[0]?.publish(den.room);
  await until(() => devices.every(({ following }) => following === undefined), SHOWN_MS);
  for (const { following: attempt } of devices) {
    if (attempt === undefined) continue;
    stage.record({ kind: 'access', room: den.room, told: { step: 'stays', attempt } });
  }
  for (const device of devices) {
    await device.read(den.room);
    await device.publish(den.room);
    await device.follow(den.room);
  }
  await sleep(MOMENT_MS);
  for (const device of devices) device.leave();
}
