/** The package has no types of its own. */
declare module 'asl-validator' {
  const validate: (definition: unknown, options: { readonly checkArn: boolean }) => { readonly isValid: boolean };
  export default validate;
}
