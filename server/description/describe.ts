import { ME, withMe, type Contract, type RoomKind } from '../../shared/index.ts';
import { eventsOf } from './events.ts';
import { commonForms, lifeForms, membershipForms, myForms, shorthandForms } from './forms.ts';
import { validExample } from './examples.ts';
import { framesOf } from './frames.ts';
import {
  fieldsOf,
  unionOf,
  type Form,
  type Forms,
  type KindParts,
  type ProcedureDescription,
} from './procedure.ts';
import { COMMON_ERRORS, shorthandWords, wordsFor, type Words } from './words.ts';

/** A kind, described: what REST, documents and pages are made from. */
export interface KindDescription extends KindParts {
  readonly procedures: readonly ProcedureDescription[];
}

/** Describes a contract, private streams among it, in its order. */
export function describeContract(contract: Contract): KindDescription[] {
  return Object.values(withMe(contract)).map(describeKind);
}

/** Describes one kind. */
export function describeKind(kind: RoomKind): KindDescription {
  const events = eventsOf(kind);
  const event = unionOf(events.map(({ schema }) => schema));
  const frames = framesOf(kind, events, event);
  const frame = unionOf(frames.map(({ schema }) => schema));
  const parts: KindParts = { kind, events, event, frames, frame };
  return { ...parts, procedures: proceduresOf(parts) };
}

function proceduresOf(parts: KindParts): ProcedureDescription[] {
  const { kind, events } = parts;
  if (kind.name === ME) return finish(myForms(parts), (name) => wordsFor(`me.${name}`));
  const shorthands = finish(shorthandForms(parts), (name) => {
    const type = kind.shorthands[name] ?? '';
    const event = events.find((known) => known.type === type);
    return shorthandWords(name, type, event?.description ?? '');
  });
  const forms = { ...commonForms(parts), ...lifeForms(parts), ...membershipForms(kind) };
  return [...finish(forms, wordsFor), ...shorthands];
}

function finish(forms: Forms, wordsOf: (name: string) => Words): ProcedureDescription[] {
  return Object.entries(forms).map(([name, form]) => procedure(name, form, wordsOf(name)));
}

function procedure(name: string, form: Form, words: Words): ProcedureDescription {
  const fields = fieldsOf(form.input);
  return {
    name,
    ...form,
    ...words,
    example: {
      input: validExample(form.input, form.example.input),
      output: validExample(form.output, form.example.output),
    },
    errors: [...new Set([...COMMON_ERRORS, ...words.errors])],
    isInRoom: 'room' in fields,
    takesKey: 'idempotencyKey' in fields,
  };
}
