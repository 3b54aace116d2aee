import { describe, expect, it } from 'vitest';

import { memoryLedger } from '../../src/ledgers/memory.ts';
import type { Seal } from '../../src/audit/seal.ts';
import { traceparent, work } from './desk.ts';

describe('the audit', () => {
  it('seals all that changed, once, and finds nothing wrong with it', async () => {
    const { oncely } = await work(memoryLedger());
    const exported: Seal[] = [];
    const first = await oncely.audit.seal({ to: (seal) => void exported.push(seal) });
    expect(first.seals).toEqual(exported);
    expect(first.records).toBeGreaterThan(4);
    expect((await oncely.audit.seal()).seals).toEqual([]);
    const verified = await oncely.audit.verify({ seals: exported });
    expect(verified.problems).toEqual([]);
    expect(verified).toMatchObject({ ok: true, seals: 1, unsealed: 0, exported: { number: 1 } });
  });

  it('tells one workflow in order, with runs, traces and checkpoints', async () => {
    const { oncely } = await work(memoryLedger());
    await oncely.close();
    const timeline = await oncely.audit.timeline({ businessId: 'invoice_1', workflowId: 'desk' });
    expect(timeline).toMatchInlineSnapshot(`
      {
        "at": 1795599209207,
        "dropped": 0,
        "effects": [
          {
            "attempts": [],
            "key": "invoice_1:desk:asked:v1",
            "operation": "shop.pay",
            "repeatedOnPurpose": [],
            "replays": 0,
            "slot": "invoice_1:desk:asked",
            "state": "declined",
          },
          {
            "attempts": [
              {
                "basis": "answer",
                "changes": [],
                "claimedAt": 1795599209043,
                "endedAt": 1795599209045,
                "evidence": "unknown",
                "generation": 1,
                "holder": "vm:30169",
                "input": "LOyA7ON9itY4c3s0-rmN7m9CF7mv7gweM09uc3p8CMU",
                "logicVersion": 1,
                "number": 1,
                "reason": "ECONNRESET",
                "run": {
                  "checkpoint": {
                    "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                    "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
                  },
                  "correlationId": "run-1",
                  "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                },
              },
              {
                "basis": "answer",
                "changes": [],
                "claimedAt": 1795599209147,
                "endedAt": 1795599209148,
                "evidence": "accepted",
                "generation": 1,
                "holder": "vm:30169",
                "input": "LOyA7ON9itY4c3s0-rmN7m9CF7mv7gweM09uc3p8CMU",
                "logicVersion": 1,
                "number": 2,
                "run": {
                  "checkpoint": {
                    "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                    "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
                  },
                  "correlationId": "run-1",
                  "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                },
                "vendorId": "o_3",
              },
            ],
            "key": "invoice_1:desk:doubted:v1",
            "operation": "shop.pay",
            "repeatedOnPurpose": [],
            "replays": 0,
            "slot": "invoice_1:desk:doubted",
            "state": "succeeded",
            "vendorId": "o_3",
          },
          {
            "attempts": [
              {
                "basis": "answer",
                "changes": [],
                "claimedAt": 1795599209028,
                "endedAt": 1795599209029,
                "evidence": "accepted",
                "generation": 1,
                "holder": "vm:30169",
                "input": "Y16tiUkwz_IQqFKSAfhZG1oSXP7c5Qx3AAjia7toulE",
                "logicVersion": 1,
                "number": 1,
                "run": {
                  "correlationId": "run-1",
                  "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                },
                "vendorId": "o_1",
              },
            ],
            "key": "invoice_1:desk:plain:v1",
            "operation": "shop.pay",
            "repeatedOnPurpose": [],
            "replays": 1,
            "slot": "invoice_1:desk:plain",
            "state": "succeeded",
            "vendorId": "o_1",
          },
          {
            "attempts": [
              {
                "basis": "answer",
                "changes": [],
                "claimedAt": 1795599209162,
                "endedAt": 1795599209162,
                "evidence": "rejected",
                "generation": 1,
                "holder": "vm:30169",
                "input": "S6_V4SuAUcwcNtV0NusOGHnFO8uvvxAVfM-oJmtngf0",
                "logicVersion": 1,
                "number": 1,
                "reason": "declined",
                "run": {
                  "checkpoint": {
                    "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                    "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
                  },
                  "correlationId": "run-1",
                  "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                },
              },
            ],
            "key": "invoice_1:desk:refused:v1",
            "operation": "shop.pay",
            "repeatedOnPurpose": [],
            "replays": 0,
            "slot": "invoice_1:desk:refused",
            "state": "rejected",
          },
        ],
        "entries": [
          {
            "at": 1795599209028,
            "attempt": 1,
            "key": "invoice_1:desk:plain:v1",
            "run": {
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:plain",
            "what": "claimed",
          },
          {
            "at": 1795599209029,
            "checkpoint": {
              "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
              "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              "name": "paid",
            },
            "run": {
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "what": "checkpoint",
          },
          {
            "at": 1795599209029,
            "attempt": 1,
            "basis": "answer",
            "chained": {
              "hash": "0eb351d471ce5815270302a6367b0b45ec27c9039770df150378967c616c6972",
              "sequence": 1,
            },
            "evidence": "accepted",
            "key": "invoice_1:desk:plain:v1",
            "run": {
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:plain",
            "vendorIds": [
              "o_1",
            ],
            "what": "settled",
          },
          {
            "at": 1795599209043,
            "attempt": 1,
            "key": "invoice_1:desk:doubted:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:doubted",
            "what": "claimed",
          },
          {
            "at": 1795599209045,
            "attempt": 1,
            "basis": "answer",
            "chained": {
              "hash": "9db70d837a851977ac2eb0dc0aaf4ad5fad5e5e9a5028e3d3957aa67ded562a2",
              "sequence": 1,
            },
            "evidence": "unknown",
            "key": "invoice_1:desk:doubted:v1",
            "reason": "ECONNRESET",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:doubted",
            "what": "settled",
          },
          {
            "at": 1795599209147,
            "attempt": 2,
            "key": "invoice_1:desk:doubted:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:doubted",
            "what": "claimed",
          },
          {
            "at": 1795599209148,
            "attempt": 2,
            "basis": "answer",
            "chained": {
              "hash": "b178911f62979f8ab110b96646513fb4a53aed2ad3641e066c6acf7dd678e4c9",
              "sequence": 2,
            },
            "evidence": "accepted",
            "key": "invoice_1:desk:doubted:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:doubted",
            "vendorIds": [
              "o_3",
            ],
            "what": "settled",
          },
          {
            "at": 1795599209162,
            "attempt": 1,
            "key": "invoice_1:desk:refused:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:refused",
            "what": "claimed",
          },
          {
            "at": 1795599209162,
            "attempt": 1,
            "basis": "answer",
            "chained": {
              "hash": "0ade82858683eca4cb1268cff889da36dc68bdf61981ee39142767c5266c4fd7",
              "sequence": 1,
            },
            "evidence": "rejected",
            "key": "invoice_1:desk:refused:v1",
            "reason": "declined",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:refused",
            "what": "settled",
          },
          {
            "at": 1795599209163,
            "count": 1,
            "key": "invoice_1:desk:plain:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:plain",
            "what": "replayed",
          },
          {
            "at": 1795599209164,
            "count": 1,
            "detail": "input_changed",
            "key": "invoice_1:desk:plain:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:plain",
            "what": "refused",
          },
          {
            "at": 1795599209179,
            "chained": {
              "hash": "b0ba669ae478805427060c835b28cb5ba93acf4132601a525d112065851b47f6",
              "sequence": 1,
            },
            "key": "invoice_1:desk:asked:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:asked",
            "what": "approval_asked",
          },
          {
            "at": 1795599209179,
            "count": 1,
            "detail": "approval_required",
            "key": "invoice_1:desk:asked:v1",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:asked",
            "what": "refused",
          },
          {
            "at": 1795599209180,
            "by": "ada",
            "chained": {
              "hash": "5a75e96c8f9cfcdc838afa053b15edf4267064c5a3489e5a50154c5d769c3c3c",
              "sequence": 2,
            },
            "decision": "decline",
            "key": "invoice_1:desk:asked:v1",
            "reason": "not today",
            "run": {
              "checkpoint": {
                "hash": "459eba08d0277da2a2e8aad6c11c0ebd36039f016f5f8b1b975dd2ba9d2fc3e9",
                "id": "3d29eecf-519a-4ad4-af7b-f93f2d904bb3",
              },
              "correlationId": "run-1",
              "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "slot": "invoice_1:desk:asked",
            "what": "decided",
          },
        ],
        "resumes": [],
        "workflow": "invoice_1:desk",
      }
    `);
    expect(JSON.stringify(timeline)).toContain(traceparent);
  });
});
