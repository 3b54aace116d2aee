import { agentsMutants } from './agents-mutants.ts';
import { auditMutants } from './audit-mutants.ts';
import { commandMutants } from './command-mutants.ts';
import { consentMutants } from './consent-mutants.ts';
import { editMutants } from './edit-mutants.ts';
import { decidingMutants } from './deciding-mutants.ts';
import { docsMutants } from './docs-mutants.ts';
import { eslintPluginMutants } from './eslint-plugin-mutants.ts';
import { errorsMutants } from './errors-mutants.ts';
import { evidenceMutants } from './evidence-mutants.ts';
import { examplesMutants } from './examples-mutants.ts';
import { governanceMutants } from './governance-mutants.ts';
import { httpMutants } from './http-mutants.ts';
import { hubspotMutants } from './hubspot-mutants.ts';
import { identityMutants } from './identity-mutants.ts';
import { initMutants } from './init-mutants.ts';
import { ledgerMutants } from './ledger-mutants.ts';
import { lifecycleMutants } from './lifecycle-mutants.ts';
import { limitsMutants } from './limits-mutants.ts';
import { provenanceMutants } from './provenance-mutants.ts';
import { mailMutants } from './mail-mutants.ts';
import { namesMutants } from './names-mutants.ts';
import { policyMutants } from './policy-mutants.ts';
import { probeMutants } from './probe-mutants.ts';
import { retentionMutants } from './retention-mutants.ts';
import { slackApprovalMutants } from './slack-approval-mutants.ts';
import { slackMutants } from './slack-mutants.ts';
import { stripeMutants } from './stripe-mutants.ts';
import { telemetryMutants } from './telemetry-mutants.ts';
import { toolsMutants } from './tools-mutants.ts';
import { transportMutants } from './transport-mutants.ts';
import type { Mutant } from './mutant.ts';

/** Every guarantee that `npm run mutants` breaks. */
export const everyMutant: readonly Mutant[] = [
  ...lifecycleMutants,
  ...errorsMutants,
  ...evidenceMutants,
  ...probeMutants,
  ...auditMutants,
  ...ledgerMutants,
  ...retentionMutants,
  ...commandMutants,
  ...mailMutants,
  ...governanceMutants,
  ...limitsMutants,
  ...provenanceMutants,
  ...httpMutants,
  ...consentMutants,
  ...namesMutants,
  ...policyMutants,
  ...editMutants,
  ...decidingMutants,
  ...hubspotMutants,
  ...stripeMutants,
  ...telemetryMutants,
  ...eslintPluginMutants,
  ...identityMutants,
  ...initMutants,
  ...slackMutants,
  ...slackApprovalMutants,
  ...toolsMutants,
  ...transportMutants,
  ...docsMutants,
  ...examplesMutants,
  ...agentsMutants,
];
