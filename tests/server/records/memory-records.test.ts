import { createMemoryRecords } from '../../../server/records/memory-records.ts';
import { recordsContract } from '../../contract/records-contract.ts';

recordsContract('memory', async () => createMemoryRecords());
