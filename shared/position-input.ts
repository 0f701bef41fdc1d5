import { z } from 'zod';
import { limits } from './limits.ts';
import { parsePosition } from './position.ts';

/** A position as an input, or a frame's id: whatever `parsePosition` reads. */
export const positionInput = z
  .string()
  .max(limits.positionLength, { abort: true })
  .refine((text) => parsePosition(text) !== undefined, {
    error: 'must be a position, epoch:offset',
  });
