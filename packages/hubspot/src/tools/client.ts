export interface Crm {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

interface Objects {
  readonly basicApi: {
    create(input: object): PromiseLike<Crm>;
    update(id: string, input: object): PromiseLike<Crm>;
    getById(
      id: string,
      properties?: string[],
      propertiesWithHistory?: string[],
      associations?: string[],
      archived?: boolean,
      idProperty?: string,
    ): PromiseLike<Crm>;
  };
}

interface Created {
  readonly basicApi: { create(input: object): PromiseLike<Crm> };
}

interface Pipelines {
  readonly results: readonly {
    readonly id: string;
    readonly label: string;
    readonly stages: readonly { readonly id: string; readonly label: string }[];
  }[];
}

/** What the tools use of a HubSpot client. */
export interface HubSpotForTools {
  readonly crm: {
    readonly contacts: Objects;
    readonly companies: Objects & {
      readonly searchApi: { doSearch(request: object): PromiseLike<{ readonly results: readonly Crm[] }> };
    };
    readonly deals: Objects;
    readonly tickets: Objects;
    readonly objects: { readonly notes: Created; readonly tasks: Created };
    readonly pipelines: { readonly pipelinesApi: { getAll(objectType: string): PromiseLike<Pipelines> } };
    readonly associations: {
      readonly v4: {
        readonly basicApi: {
          createDefault(fromType: string, fromId: string, toType: string, toId: string): PromiseLike<unknown>;
        };
      };
    };
  };
}
