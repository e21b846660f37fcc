/* Each of the shapes of bench/, prototype beside the C that nnc writes. The
 * folder of prototypes says what theirs do and how their data is laid out. */
#ifndef RACES_H
#define RACES_H

void races_iris(void);
void races_lenet5(void);
void races_lstm(void);
void races_textcnn(void);
void races_conv(void);

#endif
