/* port.h: the names of what goes into a loop over time and comes out. */
#ifndef NNC_IR_PORT_H
#define NNC_IR_PORT_H

typedef enum PortKind {
    PORT_SEQUENCE, /* [steps, ...] goes in, a step of it at a time */
    PORT_STATE,    /* goes in as its first value, out as its last one */
    PORT_FIXED,    /* goes in, the same in each step */
    PORT_STACK,    /* a value of each step comes out as [steps, ...] */
    PORT_KINDS
} PortKind;

typedef struct Port {
    PortKind kind;
    int index; /* among those of its kind */
} Port;

#endif
