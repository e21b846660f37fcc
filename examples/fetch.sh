# fetch.sh: read by the scripts that get the data of an example.
#
#     fetch FILE SHA-256 SUBFOLDER ADDRESS...
#
# puts FILE into the current folder: nothing to do where it already lies there
# with the right checksum; a copy from $NNC_DATA/SUBFOLDER where NNC_DATA names
# a folder; otherwise the first of the addresses that answers. A file with
# another checksum is removed, and the script ends with 1.

checked() {
    echo "$2  $1" | sha256sum -c --status - 2>/dev/null
}

download() {
    if command -v curl >/dev/null; then
        curl -fsSL -o "$1" "$2"
    elif command -v wget >/dev/null; then
        wget -q -O "$1" "$2"
    else
        echo "This needs curl or wget: install one of them." >&2
        exit 1
    fi
}

# The file itself, under a name that shows that it is not complete.
bring() {
    part=$1.part
    if [ -n "${NNC_DATA:-}" ]; then
        cp "$NNC_DATA/$2/$1" "$part" && chmod u+w "$part"
        return
    fi
    file=$1
    shift 2
    for address; do
        echo "fetching $address"
        download "$file.part" "$address" && return
    done
    return 1
}

fetch() {
    file=$1 sum=$2
    shift 2
    checked "$file" "$sum" && return
    if ! bring "$file" "$@"; then
        rm -f "$file.part"
        echo "$file could not be fetched; NNC_DATA=FOLDER takes it from" \
            "FOLDER/$1 instead." >&2
        exit 1
    fi
    if ! checked "$file.part" "$sum"; then
        rm -f "$file.part"
        echo "$file is not the file that this example was made for:" \
            "its SHA-256 checksum differs." >&2
        exit 1
    fi
    mv "$file.part" "$file"
}
