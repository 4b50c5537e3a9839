export type { Symptom } from './case.ts';
export { type Cause, type Diagnosis, type DiagnosisVerdict, diagnose } from './diagnose.ts';
