import { writeReadme } from './readme.ts';

writeReadme();
