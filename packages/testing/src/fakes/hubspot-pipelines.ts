import { isObject, list, object, requiredText, text } from './hubspot-body.ts';
import type { JsonObject } from './hubspot-body.ts';
import type { InvalidValue } from './hubspot-failure.ts';
import { HubSpotFailure, invalid, notFound } from './hubspot-failure.ts';
import { objectScope, typeOf } from './hubspot-objects.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';
import type { Values } from './hubspot-record-store.ts';
import type { ObjectType } from './hubspot-types.ts';

interface Stage {
  readonly id: string;
  label: string;
  displayOrder: number;
  metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
  updatedAt: number;
}

interface Pipeline extends Omit<Stage, 'metadata'> {
  readonly stages: Map<string, Stage>;
}

/** The pipelines that every portal starts with: type, id, label, stages. */
const given: readonly (readonly [string, string, string, string])[] = [
  [
    'deals',
    'default',
    'Sales Pipeline',
    'appointmentscheduled qualifiedtobuy presentationscheduled decisionmakerboughtin contractsent closedwon closedlost',
  ],
  ['tickets', '0', 'Support Pipeline', '1 2 3 4'],
];

/** The properties that hold a pipeline and one of its stages. */
const holders: Readonly<Record<string, readonly [pipeline: string, stage: string]>> = {
  deals: ['pipeline', 'dealstage'],
  tickets: ['hs_pipeline', 'hs_pipeline_stage'],
};

function pipelinesOf(portal: Portal, type: ObjectType): Map<string, Pipeline> {
  return portal.store(`pipelines ${type.id}`, () => {
    const at = portal.now();
    const times = { createdAt: at, updatedAt: at };
    const found = new Map<string, Pipeline>();
    for (const [name, id, label, stages] of given) {
      if (name !== type.name) continue;
      const made = stages
        .split(' ')
        .map((stage, displayOrder) => ({ id: stage, label: stage, displayOrder, metadata: {}, ...times }));
      found.set(id, { id, label, displayOrder: 0, ...times, stages: new Map(made.map((stage) => [stage.id, stage])) });
    }
    return found;
  });
}

/** A deal's or ticket's stage must be one of a pipeline's: what is wrong with these values. */
export function stageComplaints(portal: Portal, type: ObjectType, values: Values): readonly InvalidValue[] {
  const [pipelineName = '', stageName = ''] = holders[type.name] ?? [];
  const pipelines = pipelinesOf(portal, type);
  const stages = [...pipelines.values()].flatMap((pipeline) => [...pipeline.stages.keys()]);
  const checks = [
    [pipelineName, [...pipelines.keys()]],
    [stageName, stages],
  ] as const;
  return checks.flatMap(([name, allowed]) => {
    const value = values.get(name);
    if (!value || allowed.includes(value)) return [];
    return [
      {
        name,
        error: 'INVALID_OPTION',
        message: `${value} was not one of the allowed options: [${allowed.join(', ')}]`,
      },
    ];
  });
}

const shownStage = (stage: Stage): object => ({
  ...stage,
  createdAt: isoTime(stage.createdAt),
  updatedAt: isoTime(stage.updatedAt),
  archived: false,
});

function shown(pipeline: Pipeline): object {
  return {
    ...shownStage({ ...pipeline, metadata: {} }),
    metadata: undefined,
    stages: [...pipeline.stages.values()].map(shownStage),
  };
}

function named(call: HubSpotCall): Pipeline {
  const found = pipelinesOf(call.portal, typeOf(call)).get(call.params['pipelineId'] ?? '');
  if (!found) throw notFound(`Pipeline ${call.params['pipelineId']} does not exist`);
  return found;
}

function stageNamed(call: HubSpotCall): Stage {
  const found = named(call).stages.get(call.params['stageId'] ?? '');
  if (!found) throw notFound(`Stage ${call.params['stageId']} does not exist`);
  return found;
}

function applied(call: HubSpotCall, operation: string, id: string, label: string): void {
  call.portal.record({ operation, objectType: typeOf(call).name, id, properties: { label } });
}

function readStage(call: HubSpotCall, input: unknown): Stage {
  const body = object(input, 'stages');
  const at = call.portal.now();
  return {
    id: call.portal.newId(),
    label: requiredText(body['label'], 'label'),
    displayOrder: Number(body['displayOrder'] ?? 0),
    metadata: metadataOf(body) ?? {},
    createdAt: at,
    updatedAt: at,
  };
}

function metadataOf(body: JsonObject): Readonly<Record<string, string>> | undefined {
  const found = body['metadata'];
  if (!isObject(found)) return undefined;
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, text(value) ?? '']));
}

function refuseLabel(
  taken: Iterable<{ readonly id: string; readonly label: string }>,
  label: string,
  self?: string,
): void {
  for (const other of taken) {
    if (other.label === label && other.id !== self) {
      throw new HubSpotFailure(409, `The label '${label}' is already in use.`, { category: 'CONFLICT' });
    }
  }
}

function create(call: HubSpotCall): Reply {
  const body = object(call.body, 'body');
  const label = requiredText(body['label'], 'label');
  const pipelines = pipelinesOf(call.portal, typeOf(call));
  refuseLabel(pipelines.values(), label);
  const stages = list(body['stages'], 'stages').map((stage) => readStage(call, stage));
  const at = call.portal.now();
  const made: Pipeline = {
    id: call.portal.newId(),
    label,
    displayOrder: Number(body['displayOrder'] ?? 0),
    createdAt: at,
    updatedAt: at,
    stages: new Map(stages.map((stage) => [stage.id, stage])),
  };
  pipelines.set(made.id, made);
  applied(call, 'pipelines.create', made.id, label);
  return { status: 201, body: shown(made) };
}

function update(call: HubSpotCall): Reply {
  const pipeline = named(call);
  const body = object(call.body, 'body');
  const label = text(body['label']) ?? pipeline.label;
  refuseLabel(pipelinesOf(call.portal, typeOf(call)).values(), label, pipeline.id);
  pipeline.label = label;
  pipeline.displayOrder = Number(body['displayOrder'] ?? pipeline.displayOrder);
  if (call.method === 'PUT') {
    const stages = list(body['stages'], 'stages').map((stage) => readStage(call, stage));
    pipeline.stages.clear();
    for (const stage of stages) pipeline.stages.set(stage.id, stage);
  }
  pipeline.updatedAt = call.portal.now();
  applied(call, 'pipelines.update', pipeline.id, label);
  return { status: 200, body: shown(pipeline) };
}

/** Refused while a record is in one of these stages, where the request asks to look. */
function refuseInUse(call: HubSpotCall, stageIds: readonly string[], parameter: string): void {
  if (call.query.get(parameter) !== 'true') return;
  const [, property = ''] = holders[typeOf(call).name] ?? [];
  const inUse = call.portal.records
    .all(typeOf(call))
    .filter((record) => record.archivedAt === undefined && stageIds.includes(record.values.get(property) ?? ''));
  if (inUse.length === 0) return;
  throw invalid(
    `Stage IDs: [${stageIds.join(', ')}] are being referenced by object IDs: [${inUse.map(({ id }) => id).join(', ')}]`,
    {
      subCategory: 'PipelineError.STAGE_ID_IN_USE',
    },
  );
}

function archive(call: HubSpotCall): Reply {
  const pipeline = named(call);
  refuseInUse(call, [...pipeline.stages.keys()], 'validateReferencesBeforeDelete');
  pipelinesOf(call.portal, typeOf(call)).delete(pipeline.id);
  applied(call, 'pipelines.archive', pipeline.id, pipeline.label);
  return { status: 204 };
}

function createStage(call: HubSpotCall): Reply {
  const pipeline = named(call);
  const stage = readStage(call, call.body);
  refuseLabel(pipeline.stages.values(), stage.label);
  pipeline.stages.set(stage.id, stage);
  applied(call, 'pipeline_stages.create', stage.id, stage.label);
  return { status: 201, body: shownStage(stage) };
}

function updateStage(call: HubSpotCall): Reply {
  const stage = stageNamed(call);
  const body = object(call.body, 'body');
  const label = text(body['label']) ?? stage.label;
  refuseLabel(named(call).stages.values(), label, stage.id);
  stage.label = label;
  stage.displayOrder = Number(body['displayOrder'] ?? stage.displayOrder);
  stage.metadata = metadataOf(body) ?? stage.metadata;
  stage.updatedAt = call.portal.now();
  applied(call, 'pipeline_stages.update', stage.id, label);
  return { status: 200, body: shownStage(stage) };
}

function archiveStage(call: HubSpotCall): Reply {
  const stage = stageNamed(call);
  refuseInUse(call, [stage.id], 'validateReferencesBeforeDelete');
  named(call).stages.delete(stage.id);
  applied(call, 'pipeline_stages.archive', stage.id, stage.label);
  return { status: 204 };
}

const ok = (body: unknown): Reply => ({ status: 200, body });
const read = objectScope('read');
const write = objectScope('write');
const pipelines = '/crm/v3/pipelines/:objectType';
const stages = `${pipelines}/:pipelineId/stages`;

export const pipelineRoutes: readonly HubSpotRoute[] = [
  {
    verb: 'GET',
    path: pipelines,
    scope: read,
    run: (call) => ok({ results: [...pipelinesOf(call.portal, typeOf(call)).values()].map(shown) }),
  },
  { verb: 'POST', path: pipelines, scope: write, run: create },
  { verb: 'GET', path: `${pipelines}/:pipelineId`, scope: read, run: (call) => ok(shown(named(call))) },
  { verb: 'PATCH', path: `${pipelines}/:pipelineId`, scope: write, run: update },
  { verb: 'PUT', path: `${pipelines}/:pipelineId`, scope: write, run: update },
  { verb: 'DELETE', path: `${pipelines}/:pipelineId`, scope: write, run: archive },
  {
    verb: 'GET',
    path: stages,
    scope: read,
    run: (call) => ok({ results: [...named(call).stages.values()].map(shownStage) }),
  },
  { verb: 'POST', path: stages, scope: write, run: createStage },
  { verb: 'GET', path: `${stages}/:stageId`, scope: read, run: (call) => ok(shownStage(stageNamed(call))) },
  { verb: 'PATCH', path: `${stages}/:stageId`, scope: write, run: updateStage },
  { verb: 'PUT', path: `${stages}/:stageId`, scope: write, run: updateStage },
  { verb: 'DELETE', path: `${stages}/:stageId`, scope: write, run: archiveStage },
];
