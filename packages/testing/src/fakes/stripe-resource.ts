import { refused, resourceMissing } from './stripe-failure.ts';
import { nameOf, readRoutes } from './stripe-lists.ts';
import type { StripeCall, StripeRecord, StripeRoute } from './stripe-objects.ts';
import { flag, metadata, text } from './stripe-params.ts';

/** A resource that is made, changed and read like most others. */
export interface ResourceSpec {
  /** Below /v1/, and in the names of effects: `checkout/sessions` is `checkout.sessions`. */
  readonly path: string;
  /** What an error calls it. */
  readonly called: string;
  /** Checks the parameters; the function that it returns makes the object. */
  readonly create?: (call: StripeCall) => () => StripeRecord;
  /** What only the answer to the creation shows. */
  readonly shownOnce?: (call: StripeCall) => object;
  /** Text fields that an update sets, and those that are true or false. */
  readonly sets?: { readonly texts?: readonly string[]; readonly flags?: readonly string[] };
  readonly actions?: Readonly<Record<string, Action>>;
  /** DELETE removes it, or brings it to a state. */
  readonly removes?: 'deleted' | ((record: StripeRecord, call: StripeCall) => void);
  /** Filters of its list beside the paging; `created` is one too. */
  readonly filters?: readonly string[];
  /** A filter without which its list is refused. */
  readonly needs?: string;
  /** What its list leaves out, by the parameters that it was asked with. */
  readonly hides?: (record: StripeRecord, call: StripeCall) => boolean;
}

/** A POST below an object that leads it from one of some states to another. */
export interface Action {
  readonly from: readonly string[];
  readonly code?: string;
  readonly metadata?: true;
  readonly run: (record: StripeRecord, call: StripeCall) => void;
}

/** The objects of a resource in the account of a call. */
export function recordsOf(call: Pick<StripeCall, 'state'>, path: string): Map<string, StripeRecord> {
  const { more } = call.state;
  const records = more.get(path) ?? new Map<string, StripeRecord>();
  more.set(path, records);
  return records;
}

/** @throws StripeFailure where there is none of this id. */
export function recordOf(
  call: StripeCall,
  path: string,
  called: string,
  id: string = call.id,
  param: string = 'id',
): StripeRecord {
  const record = recordsOf(call, path).get(id);
  if (!record) throw resourceMissing(called, id, param);
  return record;
}

/** Create, update, actions, delete, retrieve and list of a resource. */
export function resourceRoutes(spec: ResourceSpec): readonly StripeRoute[] {
  const { path, called, create, sets, actions = {}, removes } = spec;
  const name = nameOf(path);
  const find = (call: StripeCall): StripeRecord => recordOf(call, path, called);
  return [
    ...(create === undefined
      ? []
      : [
          {
            operation: `${name}.create`,
            verb: 'POST',
            path,
            metadata: true,
            prepare(call) {
              const make = create(call);
              return () => {
                const record = make();
                recordsOf(call, path).set(record.id, record);
                return spec.shownOnce ? { ...record, ...spec.shownOnce(call) } : record;
              };
            },
          } satisfies StripeRoute,
        ]),
    ...(sets === undefined
      ? []
      : [
          {
            operation: `${name}.update`,
            verb: 'POST',
            path: `${path}/:id`,
            metadata: true,
            prepare(call) {
              const record = find(call);
              metadata(call.params, record.metadata ?? {});
              return () => {
                record.metadata = metadata(call.params, record.metadata ?? {});
                for (const field of sets.texts ?? []) {
                  if (call.params[field] !== undefined) record[field] = text(call.params, field) ?? null;
                }
                for (const field of sets.flags ?? []) record[field] = flag(call.params, field) ?? record[field];
                return record;
              };
            },
          } satisfies StripeRoute,
        ]),
    ...Object.entries(actions).map(([verb, action]) => actionRoute(spec, name, verb, action)),
    ...(removes === undefined
      ? []
      : [
          {
            operation: `${name}.delete`,
            verb: 'DELETE',
            path: `${path}/:id`,
            prepare(call) {
              const record = find(call);
              return () => {
                if (typeof removes === 'function') {
                  removes(record, call);
                  return record;
                }
                if (!recordsOf(call, path).delete(record.id)) throw resourceMissing(called, record.id);
                return { id: record.id, object: record.object, ...(path.startsWith('v2/') ? {} : { deleted: true }) };
              };
            },
          } satisfies StripeRoute,
        ]),
    ...readRoutes(path, ({ more }) => more.get(path) ?? new Map(), spec.filters ?? [], find, spec.hides, spec.needs),
  ];
}

function actionRoute({ path, called }: ResourceSpec, name: string, verb: string, action: Action): StripeRoute {
  return {
    operation: `${name}.${verb}`,
    verb: 'POST',
    path: `${path}/:id/${verb}`,
    ...(action.metadata ? { metadata: true } : {}),
    prepare(call) {
      const record = recordOf(call, path, called);
      return () => {
        const { status } = record;
        if (!action.from.includes(String(status))) {
          const detail = action.code === undefined ? {} : { code: action.code };
          throw refused(`You cannot ${verb} this ${called}: its status is ${String(status)}.`, detail);
        }
        action.run(record, call);
        return record;
      };
    },
  };
}
