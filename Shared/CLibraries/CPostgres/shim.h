#ifndef ASTERISM_CPOSTGRES_H
#define ASTERISM_CPOSTGRES_H

#include <libpq-fe.h>

#endif
