import type { Framework } from '../desk.ts';
import { frameworkNamed, frameworkNames } from './by-name.ts';

export const frameworks: readonly Framework[] = await Promise.all(frameworkNames.map(frameworkNamed));
