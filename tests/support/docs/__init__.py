"""What the tests of the documentation share: pages and their snippets, stacks made of fragments, tables of fields."""
