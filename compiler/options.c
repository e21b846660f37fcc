/* options.c: the tables of commands and flags; parsing and --help from them.
 *
 * Flags may stand anywhere behind the command; `--flag value`, `--flag=value`,
 * `-o value` and `-ovalue` are all taken, and what follows `--` is no flag. A
 * flag of the generated programs is passed on to them as it is. */
#include "flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/version.h"
#include "nn_say.h"

#define ON(command) (1u << COMMAND_##command)

enum {
    ON_TRAINER = ON(TRAIN) | ON(EVAL),
    ON_PROGRAM = ON_TRAINER | ON(INFER),
    ON_ROWS = ON(COMPILE) | ON(BUILD) | ON(REPORT) | ON(GRAPH) | ON(SUMMARY) |
              ON_PROGRAM,
    ON_CODE = ON_ROWS | ON(BENCH),
    ON_MODEL = ON_CODE | ON(CHECK) | ON(EXPORT) | ON(VERIFY)
};

/* How many files a command takes, and whether a program runs after it, which
 * takes those behind the first. */
typedef enum Files { FILES_ONE, FILES_MANY, FILES_PROGRAM } Files;

typedef struct CommandRow {
    const char *name, *usage, *help;
    Files files;
} CommandRow;

static const CommandRow commands[COMMANDS] = {
    [COMMAND_CHECK] = {"check", "MODEL.nn...", "report all mistakes of models",
                       FILES_MANY},
    [COMMAND_FMT] = {"fmt", "MODEL.nn...", "lay out the texts of models",
                     FILES_MANY},
    [COMMAND_COMPILE] = {"compile", "MODEL.nn [-o FILE.c]",
                         "write a model as C: FILE.c and FILE.h", FILES_ONE},
    [COMMAND_BUILD] = {"build", "MODEL.nn [-o DIR]",
                       "make the programs NAME-train and NAME-infer",
                       FILES_ONE},
    [COMMAND_TRAIN] = {"train", "MODEL.nn", "build a model and train it",
                       FILES_PROGRAM},
    [COMMAND_EVAL] = {"eval", "MODEL.nn",
                      "build a model and measure its saved weights",
                      FILES_PROGRAM},
    [COMMAND_INFER] = {"infer", "MODEL.nn [INPUT...]",
                       "build a model and apply it to rows", FILES_PROGRAM},
    [COMMAND_SUMMARY] = {"summary", "MODEL.nn",
                         "print a table of a model's layers", FILES_ONE},
    [COMMAND_GRAPH] = {"graph", "MODEL.nn [-o FILE]",
                       "draw a model as text, .dot or .svg", FILES_ONE},
    [COMMAND_REPORT] = {"report", "MODEL.nn",
                        "print shapes, operations, kernels and memory",
                        FILES_ONE},
    [COMMAND_BENCH] = {"bench", "MODEL.nn [--against PEER,...]",
                       "time a model, and others that compute the same",
                       FILES_ONE},
    [COMMAND_EXPORT] = {"export", "--pytorch|--onnx MODEL.nn [-o FILE]",
                        "write a model for PyTorch or ONNX", FILES_ONE},
    [COMMAND_VERIFY] = {"verify", "MODEL.nn...",
                        "compare what models compute with PyTorch and ONNX",
                        FILES_MANY},
};

#define AT(field) offsetof(Options, field)

/* clang-format off */
static const FlagRow flags[] = {
    {"-o", "FILE.c", "where to write (default: NAME.c, by the model's name)",
     ON(COMPILE), FLAG_TEXT, AT(output)},
    {"-o", "DIR", "where to write (default: the current folder)", ON(BUILD),
     FLAG_TEXT, AT(output)},
    {"-o", "FILE", "an .svg or .dot file (default: text on the output)",
     ON(GRAPH), FLAG_TEXT, AT(output)},
    {"-o", "FILE", "where to write (default: NAME.py or NAME.onnx)",
     ON(EXPORT), FLAG_TEXT, AT(output)},
    {"--pytorch", NULL, "write Python that PyTorch runs", ON(EXPORT),
     FLAG_SWITCH, AT(pytorch)},
    {"--onnx", NULL, "write inference, with weights, as an ONNX file",
     ON(EXPORT), FLAG_SWITCH, AT(onnx)},
    {"--weights", "FILE", "the weights of --onnx", ON(EXPORT), FLAG_TEXT,
     AT(weights)},
    {"-D", "NAME=VALUE", "set a parameter of the model", ON_MODEL,
     FLAG_DEFINE, NOWHERE},
    {"--model", "NAME", "which model of the file (default: the last)",
     ON_MODEL, FLAG_TEXT, AT(model)},
    {"--json", NULL, "messages as JSON, for editors", ON(CHECK),
     FLAG_SWITCH, AT(json)},
    {"--check", NULL, "only tell which files would change", ON(FMT),
     FLAG_SWITCH, AT(check)},
    {"--infer-only", NULL, "leave out training", ON(COMPILE) | ON(BUILD),
     FLAG_SWITCH, AT(infer_only)},
    {"--batch", "N", "rows of one step, and of inference of many rows",
     ON_ROWS, FLAG_COUNT, AT(batch)},
    {"--batch", "N", "rows to compare on (default: 8)", ON(VERIFY), FLAG_COUNT,
     AT(batch)},
    {"--against", "PEERS", "beside these: pytorch,onnxruntime,..., or all",
     ON(BENCH), FLAG_TEXT, AT(against)},
    {"--batch", "N,...", "rows at a time (default: 1,64)", ON(BENCH), FLAG_TEXT,
     AT(batches)},
    {"--threads", "N,...", "how many threads to use (default: 1)", ON(BENCH),
     FLAG_TEXT, AT(threads)},
    {"--time", "MS", "how long each is timed, in milliseconds (default: 1500)",
     ON(BENCH), FLAG_COUNT, AT(time)},
    {"--train", NULL, "time a training step, too", ON(BENCH), FLAG_SWITCH,
     AT(train)},
    {"--kernels", NULL, "list the model's kernels with their times", ON(BENCH),
     FLAG_SWITCH, AT(kernels)},
    {"--weights", "FILE", "time with these weights", ON(BENCH), FLAG_TEXT,
     AT(begin)},
    {"--csv", "FILE", "write the times as a table", ON(BENCH), FLAG_TEXT,
     AT(csv)},
    {"--svg", "FILE", "draw the times as a chart", ON(BENCH), FLAG_TEXT,
     AT(svg)},
    {"--python", "COMMAND", "which Python (default: $PYTHON, or python3)",
     ON(BENCH) | ON(VERIFY), FLAG_TEXT, AT(interpreter)},
    {"--budget", "MIB", "memory that compiling may take (default: 768)",
     ON_MODEL | ON(FMT), FLAG_COUNT, AT(budget)},
    {"--unroll", "WHAT", "auto, full, none, or the most multiply-adds a block",
     ON_CODE, FLAG_UNROLL, AT(code.unroll)},
    {"--plain", NULL, "reference loops: the text to read and to check",
     ON_CODE, FLAG_SWITCH, AT(code.plain)},
    {"--target", "CPU", "what runs it: native (the default), or one of", ON_CODE,
     FLAG_TARGET, AT(code.target)},
    {"--open", NULL, "show what is inside of blocks", ON(GRAPH) | ON(SUMMARY),
     FLAG_SWITCH, AT(open)},
    {"--nodes", NULL, "show all operators of the graph", ON(GRAPH),
     FLAG_SWITCH, AT(nodes)},
    {"--keep", "DIR", "write the programs' sources and a Makefile instead",
     ON(BUILD), FLAG_TEXT, AT(keep)},
    {"--shared", NULL, "make the library libNAME.so instead", ON(BUILD),
     FLAG_SWITCH, AT(shared)},
    {"--python", NULL, "the same, and NAME.py to call it", ON(BUILD),
     FLAG_SWITCH, AT(python)},
    {"--html", NULL, "make NAME.html instead: the model in a page of the web",
     ON(BUILD), FLAG_SWITCH, AT(html)},
    {"--weights", "FILE", "inference alone, with these weights in it",
     ON(COMPILE) | ON(BUILD), FLAG_TEXT, AT(weights)},
    {"--init", "FILE", "weights that NAME_init holds, to train from",
     ON(COMPILE), FLAG_TEXT, AT(init)},
    {"--weights-file", "FILE",
     "put the numbers there: .c, or .bin (if above 2^18)", ON(COMPILE),
     FLAG_TEXT, AT(weights_file)},
    {"--report", NULL, "print kernels, unrolling and the memory map",
     ON(COMPILE) | ON(BUILD), FLAG_SWITCH, AT(report)},
    {"--dump", "PASS", "print the model after a pass", ON(COMPILE),
     FLAG_TEXT, AT(dump)},
    {"--templates", "DIR", "read the templates from a folder",
     ON_CODE | ON(VERIFY), FLAG_TEXT, AT(templates)},
    {"--gradcheck", NULL, "compare gradients with differences instead",
     ON(TRAIN), FLAG_SWITCH, AT(gradcheck)},
    {"--data", "DIR", "where the data files lie (default: the model's folder)",
     ON_TRAINER | ON(VERIFY), FLAG_PASS, AT(data)},
    {"--drawn", NULL, "draw the rows at random, without data", ON(VERIFY),
     FLAG_PASS, NOWHERE},
    {"--steps", "N", "how many updates to compare (default: 10)", ON(VERIFY),
     FLAG_PASS, NOWHERE},
    {"--data-limit", "MIB", "the most that a .gz file may unpack to",
     ON_TRAINER | ON(INFER) | ON(VERIFY), FLAG_PASS, NOWHERE},
    {"--epochs", "N", "how often to go through the data", ON(TRAIN),
     FLAG_PASS, NOWHERE},
    {"--rate", "R", "the optimiser's rate", ON(TRAIN) | ON(VERIFY),
     FLAG_PASS, NOWHERE},
    {"--seed", "S", "of initial weights, order and dropout",
     ON(TRAIN) | ON(VERIFY), FLAG_PASS, NOWHERE},
    {"--weights", "FILE", "begin with these weights", ON(VERIFY), FLAG_PASS,
     NOWHERE},
    {"--resume", "FILE", "go on from a checkpoint", ON(TRAIN),
     FLAG_PASS, NOWHERE},
    {"--init", "FILE", "begin with these weights", ON(TRAIN),
     FLAG_PASS, NOWHERE},
    {"--init", "FILE", "the weights (default: those of --out)", ON(EVAL),
     FLAG_PASS, NOWHERE},
    {"--out", "FILE", "where to save the weights (default: NAME.safetensors)",
     ON(TRAIN), FLAG_PASS, NOWHERE},
    {"--out", "FILE", "where to save those of --init (NAME.safetensors)",
     ON(EVAL), FLAG_PASS, NOWHERE},
    {"--log", "FILE.csv", "write a table of the epochs, and FILE.svg",
     ON(TRAIN), FLAG_PASS, NOWHERE},
    {"--quiet", NULL, "say only the result, and mistakes", ON_TRAINER,
     FLAG_PASS, NOWHERE},
    {"--threads", "N", "how many threads to use", ON_PROGRAM,
     FLAG_PASS, NOWHERE},
    {"--weights", "FILE", "weights (default: NAME.safetensors)",
     ON(INFER), FLAG_PASS, NOWHERE},
    {"--csv", NULL, "one line a row, values only", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--json", NULL, "a JSON list with an object for each row", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--top", "K", "name the K most probable classes", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--output", "NAME", "only this output of the model", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--bench", NULL, "time inference", ON(INFER), FLAG_PASS, NOWHERE},
    {"--prompt", "TEXT", "write, going on from this text", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--length", "N", "tokens to write", ON(INFER), FLAG_PASS, NOWHERE},
    {"--temperature", "T", "above 1 more surprising, below 1 less", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--top-k", "K", "draw from the K most probable tokens", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--top-p", "P", "draw from the fewest that are as probable", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--seed", "S", "another number, another text", ON(INFER), FLAG_PASS,
     NOWHERE},
    {"--greedy", NULL, "always the most probable token", ON(INFER), FLAG_PASS,
     NOWHERE},
    {"--beam", "N", "hold the N most probable texts side by side", ON(INFER),
     FLAG_PASS, NOWHERE},
    {"--help", NULL, "show this and end", ~0u, FLAG_SWITCH, NOWHERE},
    {"--version", NULL, "show the version and end", ~0u, FLAG_SWITCH, NOWHERE},
};
/* clang-format on */

enum { FLAGS = sizeof flags / sizeof *flags };

/* One run of the parser over the arguments. */
typedef struct Args {
    Options *o;
    Command *const *functions;
    int argc, at; /* at: the argument being read */
    char **argv;
    bool wrong;
} Args;

static bool takes(const FlagRow *flag, CommandId command)
{
    return flag->on >> command & 1;
}

/* A complaint; the caller's status becomes 2. */
static void wrong(Args *a, const char *text)
{
    nn_say(stderr, "nnc: %s\n", text);
    a->wrong = true;
}

static void help_all(FILE *out, Command *const functions[COMMANDS])
{
    fputs("nnc: a compiler from neural networks to C\n"
          "usage: nnc COMMAND [FLAG...] FILE...\n\n",
          out);
    for (int i = 0; i < COMMANDS; i++)
        if (functions[i])
            fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fputs("\n`nnc COMMAND --help` lists the flags of a command.\n", out);
}

static void help_command(CommandId command)
{
    const CommandRow *row = &commands[command];

    printf("nnc %s: %s\nusage: nnc %s [FLAG...] %s\n\n", row->name, row->help,
           row->name, row->usage);
    for (int i = 0; i < FLAGS; i++) {
        const FlagRow *flag = &flags[i];
        char left[32];

        if (!takes(flag, command))
            continue;
        snprintf(left, sizeof left, "%s%s%s", flag->name,
                 flag->value ? " " : "", flag->value ? flag->value : "");
        printf("  %-19s %s\n", left, flag->help);
        if (flag->kind == FLAG_TARGET)
            flag_print_targets();
    }
    if (command == COMMAND_INFER)
        fputs("\nA csv or tsv input with as many columns as the training file "
              "is read by the\ncolumns that the model's text takes from it, "
              "names in one of any width; with\nanother number of columns it "
              "holds just the inputs' values in order.\n",
              stdout);
}

/* The flag of the command that begins the argument; *value is what follows a
 * `=`, or the rest behind a short flag, or NULL. */
static const FlagRow *find_flag(const Options *o, const char *arg,
                                const char **value)
{
    for (int i = 0; i < FLAGS; i++) {
        size_t n = strlen(flags[i].name);

        *value = NULL;
        if (!takes(&flags[i], o->command) || strncmp(arg, flags[i].name, n))
            continue;
        if (arg[n] == '\0')
            return &flags[i];
        *value = arg[n] == '=' ? arg + n + 1 : arg + n;
        if (n == 2 || arg[n] == '=')
            return &flags[i];
    }
    return NULL;
}

/* "compile, build and graph": the commands that take the flag, "" for none. */
static const char *owners(const Args *a, const char *flag)
{
    Text text = {.arena = a->o->arena};
    unsigned on = 0;

    for (int i = 0; i < FLAGS; i++)
        if (strcmp(flags[i].name, flag) == 0)
            on |= flags[i].on;
    for (int i = 0; i < COMMANDS; i++) {
        bool last = on >> i == 1U;

        if (on >> i & 1)
            text_printf(&text, "%s%s",
                        !text.n ? ""
                        : last  ? " and "
                                : ", ",
                        commands[i].name);
    }
    return text_str(&text);
}

/* The flag of this command that other words stand for elsewhere, or NULL. */
static const char *meant_flag(const Args *a, const char *arg)
{
    static const char *const rows[][2] = {
        {"--lr", "--rate"},
        {"--learning-rate", "--rate"},
        {"--batch-size", "--batch"},
        {"--checkpoint", "--resume"},
        {"--init", "--weights"},
        {"--weights", "--init"},
        {"-o", "--out"},
        {"--output", "--out"},
        {"--out", "-o"},
        {"--output", "-o"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < FLAGS && strcmp(arg, rows[i][0]) == 0; k++)
            if (strcmp(flags[k].name, rows[i][1]) == 0 &&
                takes(&flags[k], a->o->command))
                return flags[k].name;
    return NULL;
}

/* "; did you mean --rate?", or "" for NULL. */
static const char *question(const Args *a, const char *flag)
{
    return flag ? arena_printf(a->o->arena, "; did you mean %s?", flag) : "";
}

/* A flag that other commands take, and what to do instead. */
static bool others_flag(Args *a, const char *arg)
{
    const char *command = commands[a->o->command].name;
    const char *on = owners(a, arg);

    if (!*on)
        return false;
    wrong(a, arena_printf(a->o->arena, "%s has no flag %s, which is for %s%s",
                          command, arg, on, question(a, meant_flag(a, arg))));
    if (strcmp(arg, "-o") == 0 &&
        (ON(REPORT) | ON(SUMMARY)) >> a->o->command & 1)
        nn_say(stderr, "`nnc %s ... > FILE` writes what it prints to a file.\n",
               command);
    return true;
}

static void unknown_flag(Args *a, const char *arg)
{
    const char *names[FLAGS], *near;
    const char *command = commands[a->o->command].name;
    int n = 0;

    arg = arena_intern(a->o->arena, arg, strcspn(arg, "="));
    if (others_flag(a, arg))
        return;
    for (int i = 0; i < FLAGS; i++)
        if (takes(&flags[i], a->o->command))
            names[n++] = flags[i].name;
    near = meant_flag(a, arg);
    if (!near && arg[1] == '-')
        near = str_nearest(arg, names, n);
    wrong(a, arena_printf(a->o->arena, "%s has no flag %s%s", command, arg,
                          question(a, near)));
    if (!near)
        nn_say(stderr, "`nnc %s --help` lists the flags.\n", command);
}

static void read_flag(Args *a)
{
    const char *arg = a->argv[a->at], *value;
    const FlagRow *flag = find_flag(a->o, arg, &value);

    if (!flag) {
        unknown_flag(a, arg);
        return;
    }
    if (flag->value && !value && a->at + 1 < a->argc)
        value = a->argv[++a->at];
    if (flag->value && !value)
        wrong(a, arena_printf(a->o->arena, "%s needs a value: %s %s",
                              flag->name, flag->name, flag->value));
    else if (!flag->value && value)
        wrong(a, arena_printf(a->o->arena, "%s takes no value", flag->name));
    else if (!flag_set(a->o, flag, value))
        wrong(a, arena_printf(a->o->arena, "%s cannot be `%s`: %s", flag->name,
                              value, flag_choices(a->o->arena, flag)));
}

static void read_file(Args *a)
{
    Options *o = a->o;
    const CommandRow *row = &commands[o->command];

    if (o->files.n == 0 || row->files == FILES_MANY)
        vec_push(o->arena, &o->files, a->argv[a->at]);
    else if (row->files == FILES_PROGRAM && o->command == COMMAND_INFER)
        vec_push(o->arena, &o->rest, a->argv[a->at]);
    else
        wrong(a, arena_printf(o->arena, "%s takes one model; what is `%s`?",
                              row->name, a->argv[a->at]));
}

static void read_arguments(Args *a)
{
    bool plain = false; /* behind `--` */

    for (; a->at < a->argc && !a->wrong; a->at++) {
        const char *arg = a->argv[a->at];

        if (!plain && strcmp(arg, "--") == 0)
            plain = true;
        else if (!plain && arg[0] == '-' && arg[1] != '\0')
            read_flag(a);
        else
            read_file(a);
    }
    if (a->o->files.n == 0 && !a->wrong)
        wrong(a, arena_printf(a->o->arena, "%s: which file? usage: nnc %s %s",
                              commands[a->o->command].name,
                              commands[a->o->command].name,
                              commands[a->o->command].usage));
}

static bool find_command(Args *a, const char *word)
{
    const char *names[COMMANDS], *near;
    int n = 0;

    for (int i = 0; i < COMMANDS; i++) {
        if (!a->functions[i])
            continue;
        names[n++] = commands[i].name;
        if (strcmp(word, commands[i].name) == 0) {
            a->o->command = (CommandId)i;
            return true;
        }
    }
    near = str_nearest(word, names, n);
    wrong(a, arena_printf(a->o->arena, "there is no command `%s`%s%s%s", word,
                          near ? "; did you mean `" : "", near ? near : "",
                          near ? "`?" : ""));
    if (!near)
        fputs("`nnc --help` lists the commands.\n", stderr);
    return false;
}

/* Whether the arguments from `at` to a `--` ask for this. */
static bool asks(int argc, char **argv, int at, const char *name)
{
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        if (strcmp(argv[at], name) == 0)
            return true;
    return false;
}

/* --help and --version, which end everything else. */
static bool answered(const Args *a)
{
    if (a->argc > 1 && strcmp(a->argv[1], "--version") == 0) {
        puts("nnc " NNC_VERSION);
        return true;
    }
    if (a->argc > 1 &&
        (!strcmp(a->argv[1], "--help") || !strcmp(a->argv[1], "help") ||
         !strcmp(a->argv[1], "-h"))) {
        help_all(stdout, a->functions);
        return true;
    }
    return false;
}

bool options_parse(Options *options, Command *const functions[COMMANDS],
                   int argc, char **argv, int *status)
{
    Args a = {options, functions, argc, 2, argv, false};

    *status = 0;
    if (answered(&a))
        return false;
    *status = 2;
    if (argc < 2) {
        help_all(stderr, functions);
        return false;
    }
    options->code.unroll = UNROLL_AUTO;
    options->code.target = "native";
    if (!find_command(&a, argv[1]))
        return false;
    *status = 0;
    if (asks(argc, argv, 2, "--help") || asks(argc, argv, 2, "-h")) {
        help_command(options->command);
        return false;
    }
    if (asks(argc, argv, 2, "--version")) {
        puts("nnc " NNC_VERSION);
        return false;
    }
    read_arguments(&a);
    *status = a.wrong ? 2 : 0;
    return !a.wrong;
}
