import type { LeaveReason } from '../../shared/index.ts';
import type { Member } from './presence.ts';

/** Why a seat is held. */
export type Held = Extract<LeaveReason, 'timeout' | 'drain'>;

/** A seat as other nodes are told of it. */
export interface ToldSeat {
  readonly member: Member;
  readonly held: Held | undefined;
  readonly state: string | undefined;
  /** Which state was said last: greater is later, on whatever node. */
  readonly stateNo: number;
}

/** A seat that another node keeps. */
export interface FarSeat extends ToldSeat {
  readonly node: string;
  /** Which seat was taken last: greater is later. */
  readonly no: number;
}
