import { createMemoryPresence } from '../../../server/presence/memory-presence.ts';
import { presenceContract } from '../../contract/presence-contract.ts';

presenceContract('memory', (clock) => createMemoryPresence({ clock }));
