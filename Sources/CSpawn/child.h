#ifndef CSPAWN_CHILD_H
#define CSPAWN_CHILD_H

// The child's whole life up to the program it executes; `request` is a struct cspawn_request *.
void cspawn_child(void *request);

#endif
