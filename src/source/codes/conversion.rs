//! Codes: conversion.

use super::codes;

codes! {}
